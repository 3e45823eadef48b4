//! Requests that are generated from the declarations of the endpoints, for a service that runs: right ones, so that
//! documents come, change and go, and wrong ones, so that each is refused somewhere.

mod request;
mod run;
mod secure;
mod stand_in;
mod tally;

pub use request::{GeneratedRequest, Generator};
pub use run::run;
pub use secure::{ADMIN_KEY, secure};
pub use tally::Tally;
