//! The settings of TLS, and the commands that ask a service over it.

use std::path::Path;

use tributary_tests::{Authority, Ended, Launch, Usage, folder, wait_until};

use crate::setup::{Secured, launch};

fn asked(url: &str, arguments: &[&str]) -> Ended {
    Launch::bare().arguments(arguments).variable("TRIBUTARY_URL", url).finish()
}

#[test]
fn commands_ask_over_tls() {
    let secured = Secured::start();
    let (ca, url) = (secured.ca.to_str().unwrap(), secured.url(""));
    let health = secured.url("/_health/ready");
    for arguments in [
        &["health", &health, "--ca-certificate", ca][..],
        &["health", &health, "--insecure"],
        &["jobs", "list", "--ca-certificate", ca],
        &["connectors", "list", "--insecure"],
    ] {
        let ended = asked(&url, arguments);
        assert!(ended.status.success(), "{arguments:?}: {ended:#?}");
    }
    let from_environment = Launch::bare()
        .arguments(["health"])
        .variable("TRIBUTARY_HEALTH_URL", &health)
        .variable("TRIBUTARY_CA_CERTIFICATE", ca)
        .finish();
    assert_eq!(from_environment.output, "{\"status\":\"ready\"}\n", "{from_environment:#?}");
    let plain = health.replace("https:", "http:");
    asked(&url, &["health", &health]).gave_up_naming(&["not trusted", "--ca-certificate"]);
    asked(&url, &["health", &plain]).gave_up_naming(&["400", "HTTPS"]);
    asked(&url, &["jobs", "list"]).gave_up_naming(&["UnknownIssuer"]);
    asked(&url.replace("https:", "http:"), &["jobs", "list"]).gave_up_naming(&["400", "HTTPS"]);
    asked(&url, &["health", &health, "--ca-certificate", "/nowhere"])
        .gave_up_naming(&["/nowhere", "be read"]);
    let both = asked(&url, &["health", &health, "--ca-certificate", ca, "--insecure"]);
    assert_eq!(both.status.code(), Some(2), "{both:#?}");
}

#[test]
fn commands_present_a_certificate() {
    let secured = Secured::start_with(|folder, authority, launch| {
        launch.variable("TRIBUTARY_TLS_CLIENT_CA", authority.file(folder, "clients.pem"))
    });
    let client = secured.authority.issue(Usage::Client, "client").files(secured.folder.path(), "client");
    let health = secured.url("/_health/ready");
    let trusted = ["health", &health, "--ca-certificate", secured.ca.to_str().unwrap()];
    let presented = ["--client-certificate", client.certificate.to_str().unwrap()];
    let key = ["--client-key", client.key.to_str().unwrap()];
    let ended = asked("", &[&trusted[..], &presented, &key].concat());
    assert!(ended.status.success(), "{ended:#?}");
    asked("", &trusted).gave_up_naming(&["not well"]);
    let alone = asked("", &[&trusted[..], &presented].concat());
    assert_eq!(alone.status.code(), Some(2), "{alone:#?}");
}

#[test]
fn settings_that_cannot_be_served_are_refused_at_the_start() {
    let (folder, authority) = (folder(), Authority::new("root"));
    let files = authority.issue(Usage::Service, "service").files(folder.path(), "service");
    let other = authority.issue(Usage::Service, "other").files(folder.path(), "other");
    let over = |settings: &[(&str, &Path)]| {
        let launch = Launch::over("memory:");
        settings.iter().fold(launch, |launch, (name, file)| launch.variable(name, file)).finish()
    };
    let (certificate, key) = ("TRIBUTARY_TLS_CERTIFICATE", "TRIBUTARY_TLS_KEY");
    over(&[(certificate, &files.certificate)]).gave_up_naming(&["--tls-certificate", "without --tls-key"]);
    over(&[(key, &files.key)]).gave_up_naming(&["--tls-key", "without --tls-certificate"]);
    over(&[("TRIBUTARY_TLS_CLIENT_CA", &files.certificate)]).gave_up_naming(&["--tls-client-ca", "without"]);
    over(&[(certificate, &files.certificate), (key, &other.key)]).gave_up_naming(&["is not that of"]);
    let nowhere = Path::new("/nowhere.pem");
    over(&[(certificate, nowhere), (key, &files.key)]).gave_up_naming(&["/nowhere.pem", "cannot be read"]);
    let public = folder.path().join("public.pem");
    std::fs::copy(&files.key, &public).unwrap();
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&public, everybody).unwrap();
    let server =
        Launch::over("memory:").variable(certificate, &files.certificate).variable(key, &public).start();
    assert!(["public.pem", "chmod 600"].iter().all(|part| server.log().contains(part)), "{}", server.log());
    // In the settings file it is the same.
    let file = folder.path().join("settings.toml");
    let text = format!(
        "listen = '127.0.0.1:0'\nstore = 'memory:'\ntls_certificate = '{}'\ntls_key = '{}'\n",
        files.certificate.display(),
        files.key.display()
    );
    std::fs::write(&file, text).unwrap();
    let server = Launch::bare().arguments(["--config", file.to_str().unwrap()]).start();
    assert!(server.output().contains("https://"), "{}", server.output());
}

#[test]
fn expired_certificates_are_served_with_a_warning() {
    let (folder, authority) = (folder(), Authority::new("root"));
    let end = std::time::SystemTime::now() - std::time::Duration::from_hours(73);
    let files = authority.issue_until(Usage::Service, "old", end).files(folder.path(), "service");
    let server = launch(&files).start();
    wait_until("the warning", || server.log().contains("[CN=old] (TLS certificate) has expired 3 days ago"));
}
