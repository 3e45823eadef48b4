//! Endpoint declarations, from which routing, validation and documentation are derived.

mod access;
mod answers;
mod call;
mod content;
mod declaration;
mod possible_errors;
mod request_header;
mod resource;

pub use access::{Access, Privilege};
pub use answers::{Answer, AnswerHeader};
pub(crate) use call::Call;
pub use content::Content;
pub(crate) use content::JSON;
pub use declaration::{Body, Endpoint};
pub(crate) use declaration::{Handler, HandlerFunction, handler};
pub use request_header::RequestHeader;
pub(crate) use request_header::RequestHeaders;
pub use resource::Resource;
