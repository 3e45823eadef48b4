//! Answers: what handlers return, the shapes of bodies, and their formatting.

mod counted;
mod event;
mod filter_path;
mod node;
mod presentation;
mod reply;
mod response;
mod shapes;
mod source;
mod warning_header;

pub(crate) use counted::Counted;
pub(crate) use event::{EVENT_STREAM, event, event_id};
pub(crate) use presentation::Presentation;
pub use reply::{Reply, ReplyBody};
pub use response::wanted_json_type;
pub(crate) use response::{log_failure, refuse, respond};
pub(crate) use shapes::{
    Acknowledged, BulkAnswer, Cause, Changed, Created, Deleted, Failure, Health, Information, Page, Put,
    Secret, SecretPut, TriedOrChanged, VersionInformation,
};
pub use source::SourceFilter;
pub(crate) use source::{SOURCE, source};
