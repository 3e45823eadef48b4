//! The gateway: everything beside the connector APIs that Elastic's connector service asks of its one host, for any
//! actix-web service.
//!
//! - The *control indices*, in which the service keeps connectors and sync jobs: a view of the documents of the store,
//!   under the same rules as the connector APIs.
//! - The *content indices*, into which it writes what it has read: their requests are passed on to a search engine.
//! - What clients ask about a cluster before they begin.

mod content;
mod control;
mod mount;
mod routes;

pub use content::{AllowedMore, Content, LONGEST_BODY, Looked, Named, Need, PASSED, Passed};
pub use mount::Gateway;
pub use routes::ENDPOINTS;
