//! Who may do what: API keys, their authentication, and stores as their owners see them.

mod key_ring;
mod keys;
mod limited_store;
mod privileges;
mod sight;

pub use key_ring::{AdminKey, AdminKeyError, Credentials, KeyRing, Unauthenticated};
pub use keys::{CreatedKey, InvalidatedKeys, KeyFilter, KeyInvalidation, NewKey, create, get, invalidate};
pub use limited_store::LimitedStore;
pub use privileges::{HeldPrivileges, PrivilegeCheck, PrivilegeReport, has_privileges};
pub use sight::Sight;
