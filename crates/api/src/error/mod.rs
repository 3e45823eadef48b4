//! Request errors, and the table of what clients see of them.

mod api_error;
mod head;
mod kind;
mod origin;
mod table;

pub use api_error::ApiError;
pub use head::HeadRefusal;
pub use kind::ErrorKind;
pub use table::{ERRORS, ErrorRow};
