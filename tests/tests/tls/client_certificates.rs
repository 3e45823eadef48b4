//! Certificates of clients: which are accepted.

use std::time::{Duration, SystemTime};

use tributary_tests::{Authority, IssuedFiles, Usage, wait_until};

use crate::setup::Secured;

#[test]
fn only_clients_with_a_valid_certificate_of_the_authority_are_served() {
    let clients = Authority::new("clients");
    let secured = Secured::start_with(|folder, _, launch| {
        launch.variable("TRIBUTARY_TLS_CLIENT_CA", clients.file(folder, "clients.pem"))
    });
    let folder = secured.folder.path();
    let issue = |authority: &Authority, name: &str| authority.issue(Usage::Client, name).files(folder, name);
    let ask = |files: &IssuedFiles, more: &[&str]| {
        let certificate = ["--cert", files.certificate.to_str().unwrap()];
        let key = ["--key", files.key.to_str().unwrap()];
        secured.curl("/_health/live", &[&certificate[..], &key, more].concat())
    };
    let right = issue(&clients, "right");
    for more in [&["--http2"][..], &["--http1.1"], &["--tls-max", "1.2"]] {
        assert!(ask(&right, more).good().contains("live"), "{more:?}");
    }
    let yesterday = SystemTime::now() - Duration::from_hours(24);
    let expired = clients.issue_until(Usage::Client, "expired", yesterday).files(folder, "expired");
    let foreign = issue(&Authority::new("others"), "foreign");
    // That of a service is not one of a client, though the authority is right.
    let service = clients.issue(Usage::Service, "service").files(folder, "other-service");
    for version in ["1.2", "1.3"] {
        let tls = ["--tls-max", version];
        secured.curl("/_health/live", &tls).failed();
        ask(&expired, &tls).failed();
        ask(&foreign, &tls).failed();
        ask(&service, &tls).failed();
    }
    // Each for the right reason, over both versions.
    let reasons = ["sent no certificates", "expired", "UnknownIssuer", "key usage"];
    wait_until("the reasons are logged", || {
        let log = secured.server.log().to_lowercase();
        reasons.iter().all(|reason| log.matches(&reason.to_lowercase()).count() == 2)
    });
    // The authorities are replaced like certificates; the clients of those before are not served any more.
    let next = Authority::new("next");
    next.file(folder, "clients.pem");
    let newcomer = issue(&next, "newcomer");
    wait_until("the new authority is taken", || ask(&newcomer, &[]).is_success);
    ask(&right, &[]).failed();
    secured.server.stop().without_panic();
}
