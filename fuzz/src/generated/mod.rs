//! Requests that are generated from the declarations of the endpoints, for a service that runs: right ones, so that
//! documents come, change and go, and wrong ones, so that each is refused somewhere.

mod request;
mod run;
mod stand_in;
mod tally;

pub use request::{GeneratedRequest, Generator};
pub use run::run;
pub use stand_in::content_engine;
pub use tally::Tally;
