//! Two thousand generated requests for the service over the embedded store: none fails, and every endpoint is met.
#![allow(missing_docs, reason = "a test")]

use tributary_fuzz::generated::{self, ADMIN_KEY};
use tributary_tests::folder;

#[test]
fn no_generated_request_fails() {
    let folder = folder();
    let server = generated::secure(folder.path()).start();
    let tally = generated::run(server.address(), ADMIN_KEY, 2_000, 16, 1, |_| {});
    assert_eq!((tally.answers(), tally.failed), (2_000, 0), "{tally}");
    let endpoints = tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS);
    for endpoint in endpoints {
        assert!(tally.endpoints.contains_key(endpoint.name), "{} was not met", endpoint.name);
    }
    for status in [200, 201, 400, 404, 409] {
        assert!(tally.statuses.contains_key(&status), "no {status}: {tally}");
    }
    assert!(!tally.statuses.contains_key(&401), "the key does not work: {tally}");
    server.stop();
}
