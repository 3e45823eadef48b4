//! Two thousand generated requests for the service over the embedded store: none fails, and every endpoint is met.
#![allow(missing_docs, reason = "a test")]

use tributary_fuzz::generated;
use tributary_tests::{Launch, embedded, folder};

#[test]
fn no_generated_request_fails() {
    let folder = folder();
    let engine = format!("http://{}", generated::content_engine().unwrap());
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let server = Launch::over(&embedded(folder.path()))
        .arguments(["--log", "error", "--content", &engine])
        .variable("TRIBUTARY_SECRET_KEYS", key)
        .start();
    let tally = generated::run(server.address(), 2_000, 16, 1, |_| {});
    assert_eq!((tally.answers(), tally.failed), (2_000, 0), "{tally}");
    let endpoints = tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS);
    for endpoint in endpoints {
        assert!(tally.endpoints.contains_key(endpoint.name), "{} was not met", endpoint.name);
    }
    for status in [200, 201, 400, 404, 409] {
        assert!(tally.statuses.contains_key(&status), "no {status}: {tally}");
    }
    server.stop();
}
