//! The body of a request, from its bytes to JSON of a known shape.

mod json;
mod packing;
mod read;
mod unread;

pub(crate) use json::parse;
pub(crate) use read::{BodyForm, BodyLimits, read};
pub use read::{DEFAULT_BODY_LIMIT, DEFAULT_BODY_TIMEOUT, ReceivedBody, unreadable_body};
pub(crate) use unread::UnreadBody;
