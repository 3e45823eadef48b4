//! Invalid input to the real binary: always rejected in the common error format with a reason that names the offending
//! part, and nothing is stored.
#![allow(missing_docs, reason = "a test")]

mod bodies;
mod long_work;
mod media_types;
mod packed;
mod protocol;
mod races;
mod urls;

use tributary_tests::{Scenario, Server};

/// Runs the checks on a service with one connector and one pending job, whose id they get, and verifies afterwards
/// that both are unchanged and the only documents.
fn changing_nothing(checks: impl FnOnce(&Server, &str)) {
    let server = Server::start("memory:");
    let scenario = Scenario(&server);
    scenario.connector("connector-1");
    let job = scenario.job("connector-1", "full");
    let read = || {
        let all = ["/_connector/_sync_job", "/_connector?include_deleted=true"];
        all.map(|target| server.get(target).expect(200).body)
    };
    let before = read();
    checks(&server, &job);
    assert_eq!(read(), before, "something was stored");
    assert_eq!(scenario.stored(), (1, 1));
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains("request failed"), "{log}");
}
