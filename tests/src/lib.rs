//! The harness of the black-box tests: starts, uses and stops the real binary.
//!
//! It uses only the command line, the ready line on standard output, and HTTP.
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
mod authority;
mod binary;
mod connection;
mod ended;
mod event_stream;
mod launch;
mod mounted;
mod output;
pub mod packing;
mod proxy;
mod relay;
mod running;
mod scenario;
mod server;
pub mod tools;

pub use answer::{Answer, Listing};
pub use authority::{Authority, Issued, IssuedFiles, Usage, write_private};
pub use binary::binary;
pub use connection::Connection;
pub use ended::Ended;
pub use event_stream::{EventStream, ServerEvent};
pub use launch::Launch;
pub use mounted::Mounted;
pub use proxy::{Fault, Proxy};
pub use relay::Relay;
pub use running::Running;
pub use rustix::process::Signal;
pub use scenario::Scenario;
pub use server::Server;

use std::time::{Duration, Instant};

/// The timeout of all waiting, far longer than needed.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// How long [`wait_until`] waits: several test programs and the compiler may be at work.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until the condition holds.
///
/// # Panics
/// If it does not hold within 90 seconds.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for this: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// An empty temporary folder.
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
