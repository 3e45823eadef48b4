//! Who may do what: privileges, roles, API keys, and the connectors that they are limited to.

mod api_key;
mod grants;
mod privilege;
mod role;
mod scope;

pub(crate) use api_key::SCHEMA;
pub use api_key::{ApiKey, KeyProblem, SecretDigest};
pub use grants::Grants;
pub use privilege::Privilege;
pub use role::{APPLICATION, ApplicationPrivileges, IndexPrivileges, RoleDescriptor, RoleDescriptors};
pub use scope::{Resource, Scope};
