//! Endpoint declarations, from which routing, validation and documentation are derived.

mod access;
mod answers;
mod call;
mod content;
mod declaration;
mod possible_errors;
mod request_header;
mod resource;

pub use access::Access;
pub use answers::{Answer, AnswerHeader};
pub use call::Call;
pub use content::Content;
pub(crate) use content::JSON;
pub(crate) use declaration::handler;
pub use declaration::{Body, Endpoint, Handler, HandlerFunction, PathChoices};
pub use request_header::RequestHeader;
pub(crate) use request_header::RequestHeaders;
pub use resource::Resource;
pub use tributary_domain::Privilege;
