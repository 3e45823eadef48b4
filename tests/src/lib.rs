//! The harness of the black-box tests: starts the real binary, talks to it, ends it.
//!
//! Nothing here knows how the service is built; what it knows is the command line, the ready line
//! on standard output, and HTTP.
//!
//! ```
//! use tributary_tests::{Scenario, Server};
//!
//! let server = Server::start("memory:");
//! Scenario(&server).connector("connector-1");
//! let job = Scenario(&server).job("connector-1", "full");
//! assert_eq!(server.list("/_connector/_sync_job?status=pending").ids(), [job]);
//! server.stop();
//! ```

mod answer;
mod binary;
mod connection;
mod ended;
mod launch;
mod mounted;
mod output;
pub mod packing;
mod proxy;
mod relay;
mod scenario;
mod server;
pub mod tools;

pub use answer::{Answer, Listing};
pub use binary::binary;
pub use connection::Connection;
pub use ended::Ended;
pub use launch::Launch;
pub use mounted::Mounted;
pub use proxy::{Fault, Proxy};
pub use relay::Relay;
pub use rustix::process::Signal;
pub use scenario::Scenario;
pub use server::Server;

use std::time::{Duration, Instant};

/// How long anything may take that is awaited; far more than it ever needs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the condition holds.
///
/// # Panics
/// If it does not hold within [`PATIENCE`].
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for this: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// An empty folder that is removed in the end.
///
/// # Panics
/// If there is no place for one.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// The URL of the embedded store in a folder.
pub fn embedded(folder: &std::path::Path) -> String {
    format!("embedded:{}", folder.display())
}
