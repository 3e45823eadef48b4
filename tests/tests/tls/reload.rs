//! Certificates that are replaced while the service runs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use tributary_tests::{Authority, IssuedFiles, Server, Signal, TIMEOUT, Usage, wait_until, write_private};

use crate::connection::SecureConnection;
use crate::setup::{Secured, launch};

const RELOADED: &str = "accepted with the changed files of TLS";

/// Waits until a new connection gets another certificate than this, and returns it.
fn renewed(secured: &Secured, before: &[u8]) -> Vec<u8> {
    let mut certificate = Vec::new();
    wait_until("another certificate is presented", || {
        certificate = SecureConnection::open(secured).certificate();
        certificate != before
    });
    certificate
}

#[test]
fn a_changed_certificate_is_taken_without_losing_a_connection() {
    let secured = Secured::start();
    let mut kept = SecureConnection::open(&secured);
    assert_eq!(kept.get("/_health/live").0, 200);
    let mut watching = SecureConnection::open(&secured);
    watching.send(b"GET /_connector/_sync_job/_watch HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(watching.head().0, 200);
    let first = kept.certificate();

    secured.authority.issue(Usage::Service, "second").files(secured.folder.path(), "service");
    let second = renewed(&secured, &first);

    // SIGHUP does the same at once, and does not end the service.
    secured.authority.issue(Usage::Service, "third").files(secured.folder.path(), "service");
    secured.server.signal(Signal::HUP);
    renewed(&secured, &second);
    secured.server.signal(Signal::HUP);
    wait_until("SIGHUP is taken", || secured.server.log().contains("the files of TLS are unchanged"));

    assert_eq!(kept.get("/_health/live"), (200, r#"{"status":"live"}"#.to_owned()));
    assert_eq!(kept.certificate(), first, "the connection is the same");
    let json = ["--fail-with-body", "--header", "Content-Type: application/json", "--data"];
    let connector = r#"{"index_name":"search-c","name":"C","service_type":"s3"}"#;
    secured.curl("/_connector/c", &[&json[..], &[connector, "--request", "PUT"]].concat()).good();
    let job = r#"{"id":"c","job_type":"full"}"#;
    secured.curl("/_connector/_sync_job", &[&json[..], &[job]].concat()).good();
    let start = Instant::now();
    while watching.line() != "event: changed" {
        // There are comments in between.
        assert!(start.elapsed() < TIMEOUT, "no event comes");
    }
    secured.server.stop().without_panic();
}

#[test]
fn links_are_followed_as_they_are_swapped() {
    // As Kubernetes does it: files are links through a link to a folder, and only that one changes.
    let (folder, authority) = (tributary_tests::folder(), Authority::new("root"));
    let place = |name: &str| {
        let inner = folder.path().join(name);
        fs::create_dir(&inner).unwrap();
        authority.issue(Usage::Service, name).files(&inner, "tls");
    };
    let point = |name: &str| {
        symlink(name, folder.path().join("new")).unwrap();
        fs::rename(folder.path().join("new"), folder.path().join("current")).unwrap();
    };
    place("one");
    point("one");
    for file in ["tls.pem", "tls-key.pem"] {
        symlink(Path::new("current").join(file), folder.path().join(file)).unwrap();
    }
    let files =
        IssuedFiles { certificate: folder.path().join("tls.pem"), key: folder.path().join("tls-key.pem") };
    let ca = authority.file(folder.path(), "ca.pem");
    let server = launch(&files).start();
    let secured = Secured { server, authority, ca, files, folder };
    let first = SecureConnection::open(&secured).certificate();
    let inner = secured.folder.path().join("two");
    fs::create_dir(&inner).unwrap();
    secured.authority.issue(Usage::Service, "two").files(&inner, "tls");
    symlink("two", secured.folder.path().join("new")).unwrap();
    fs::rename(secured.folder.path().join("new"), secured.folder.path().join("current")).unwrap();
    renewed(&secured, &first);
}

#[test]
fn a_pair_that_does_not_fit_is_not_used() {
    let secured = Secured::start();
    let first = SecureConnection::open(&secured).certificate();
    let next = secured.authority.issue(Usage::Service, "next");
    let log = |part: &str| wait_until(part, || secured.server.log().contains(part));
    for (file, text, part) in [
        (&secured.files.certificate, next.certificate.as_str(), "is not that of the certificate"),
        (&secured.files.certificate, &next.certificate[..100], "no valid PEM"),
        (&secured.files.certificate, "", "it has no certificate"),
    ] {
        fs::write(file, text).unwrap();
        log(part);
        assert_eq!(SecureConnection::open(&secured).certificate(), first);
    }
    fs::remove_file(&secured.files.certificate).unwrap();
    log("it cannot be read");
    assert!(!secured.server.log().contains(RELOADED), "{}", secured.server.log());
    fs::write(&secured.files.certificate, &next.certificate).unwrap();
    write_private(&secured.files.key, &next.key);
    renewed(&secured, &first);
    log(RELOADED);
}

#[test]
fn certificates_that_expire_soon_are_warned_of_and_their_end_is_a_metric() {
    let day = Duration::from_hours(24);
    let secured = Secured::start_with(|folder, authority, launch| {
        let end = SystemTime::now() + 10 * day + day / 2;
        authority.issue_until(Usage::Service, "short", end).files(folder, "service");
        launch.variable("TRIBUTARY_TLS_CLIENT_CA", authority.file(folder, "clients.pem"))
    });
    wait_until("the warning", || {
        secured.server.log().contains("[CN=short] (TLS certificate) expires in 10 days")
    });
    // The authority asks for certificates of clients, and has issued one.
    let client = secured.authority.issue(Usage::Client, "client").files(secured.folder.path(), "client");
    fs::write(
        secured.folder.path().join(".curlrc"),
        format!("cert = {}\nkey = {}\n", client.certificate.display(), client.key.display()),
    )
    .unwrap();
    let curlrc = secured.folder.path().join(".curlrc");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let metrics = secured.curl("/_metrics", &["--config", curlrc.to_str().unwrap()]).good();
    let value = |start: &str| {
        let line = metrics.lines().find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("{start} is missing: {metrics}"));
        line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()
    };
    let expiry = "tributary_tls_certificate_expiry_timestamp_seconds";
    let end = value(&format!(r#"{expiry}{{file="certificate",subject="CN=short"}}"#));
    assert!(end > now + 10 * 24 * 3600 && end < now + 11 * 24 * 3600, "{end}");
    value(&format!(r#"{expiry}{{file="client_ca",subject="CN=root of the tests"}}"#));
    assert!(value("tributary_open_connections") >= 1);
    // A new one ends the warnings, and replaces the value.
    secured.authority.issue(Usage::Service, "long").files(secured.folder.path(), "service");
    secured.server.signal(Signal::HUP);
    wait_until("it is used", || secured.server.log().contains(RELOADED));
    let metrics = secured.curl("/_metrics", &["--config", curlrc.to_str().unwrap()]).good();
    assert!(metrics.contains("CN=long") && !metrics.contains("CN=short"), "{metrics}");
    assert_eq!(secured.server.log().matches("expires in").count(), 1);
}

#[test]
fn without_tls_there_are_metrics_too() {
    let server = Server::start("memory:");
    let _ = server.get("/_connector/none");
    let metrics = server.get("/_metrics").expect(200);
    let count = r#"tributary_http_request_duration_seconds_count{endpoint="connector.get",status="4xx"} 1"#;
    assert!(metrics.body.lines().any(|line| line == count), "{}", metrics.body);
    // The connection of the first request may be closed only now.
    wait_until("one connection is open", || {
        server.get("/_metrics").expect(200).body.contains("tributary_open_connections 1\n")
    });
    assert!(
        metrics.header("content-type").is_some_and(|media| media.starts_with("application/openmetrics-text"))
    );
}
