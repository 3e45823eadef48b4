//! When the service starts, and with which first key.

use tributary_tests::{Launch, Server, embedded, folder};

use crate::{ADMIN_KEY, get_with, private_file, set_mode};

#[test]
fn an_address_that_others_reach_needs_a_decision() {
    let data = folder();
    let store = embedded(&data.path().join("store"));
    let open = |listen: &str| Launch::bare().arguments(["--listen", listen, "--store", &store]);
    for listen in ["0.0.0.0:0", "[::]:0"] {
        open(listen).finish().gave_up_naming(&[
            "`on`",
            &format!("tributary keys create --store {store}"),
            "--admin-key-file",
            "TLS",
            "`off`",
        ]);
    }
    assert!(!data.path().join("store").exists(), "the store was opened before");
    let server = open("0.0.0.0:0").arguments(["--security", "off"]).start();
    let _ = server.get("/_connector").expect(200);
    let ended = server.stop();
    assert!(ended.log.contains("whoever reaches this address may do everything"), "{}", ended.log);
}

#[test]
fn on_this_machine_everybody_may_do_everything() {
    let server = Server::start("memory:");
    let caller = server.get("/_security/_authenticate").expect(200).json();
    assert_eq!(caller["username"], "anonymous");
    let _ = get_with(&server, ADMIN_KEY, "/_connector").expect(200);
}

#[test]
fn security_without_a_key_starts_and_says_how_to_get_one() {
    let data = folder();
    for (store, parts) in [
        (embedded(data.path()), ["stop the service", "tributary keys create --store embedded:"]),
        ("memory:".to_owned(), ["--admin-key-file", "ends with the process"]),
    ] {
        let server = Launch::over(&store).arguments(["--security", "on"]).start();
        let reason = server.get("/_connector").refusal(401);
        assert!(reason.contains("missing authentication credentials"), "{reason}");
        let _ = get_with(&server, ADMIN_KEY, "/_connector").expect(401);
        let _ = server.get("/_health/ready").expect(200);
        let ended = server.stop();
        for part in parts {
            assert!(ended.log.contains(part), "[{part}] is missing: {}", ended.log);
        }
    }
}

#[test]
fn the_admin_key_is_in_a_file() {
    let keys = folder();
    let file = private_file(keys.path(), "admin.key", &format!("\n {ADMIN_KEY} \n"));
    let server = Launch::bare()
        .arguments(["--listen", "0.0.0.0:0", "--store", "memory:", "--security", "on"])
        .variable("TRIBUTARY_ADMIN_KEY_FILE", &file)
        .start();
    let _ = server.get("/_connector").expect(401);
    let _ = get_with(&server, ADMIN_KEY, "/_connector").expect(200);
    let caller = get_with(&server, ADMIN_KEY, "/_security/_authenticate").expect(200).json();
    assert_eq!((&caller["username"], &caller["api_key"]["id"]), (&"admin".into(), &"admin".into()));
    let ended = server.stop();
    assert!(ended.log.contains("in clear text") && !ended.log.contains("no API key works"), "{}", ended.log);
    assert!(!ended.log.contains(ADMIN_KEY) && !ended.log.contains("01234567890123456789"), "{}", ended.log);
}

#[test]
fn an_admin_key_that_cannot_be_taken_is_an_error() {
    let keys = folder();
    let missing = keys.path().join("missing");
    let none = private_file(keys.path(), "none", "no key at all");
    for (file, reason) in [(missing, "it cannot be read"), (none, "base64 of `id:secret`")] {
        let name = file.to_str().unwrap();
        // Even where it would have no effect.
        for security in ["on", "off"] {
            Launch::over("memory:")
                .arguments(["--security", security, "--admin-key-file", name])
                .finish()
                .gave_up_naming(&["the admin key in", name, reason]);
        }
    }
    // Those that work and should not are taken, with a warning.
    let short = private_file(keys.path(), "short", "YWRtaW46c2hvcnQ=");
    let open = private_file(keys.path(), "open", ADMIN_KEY);
    set_mode(&open, 0o644);
    for (file, warning) in
        [(short, "fewer than 22 characters"), (open, "everybody may use it, by its mode 644")]
    {
        let name = file.to_str().unwrap();
        let server =
            Launch::over("memory:").arguments(["--security", "on", "--admin-key-file", name]).start();
        assert!(server.log().contains(warning), "{}", server.log());
    }
    Launch::over("memory:").arguments(["--security", "yes"]).finish().gave_up_naming(&["on, off, auto"]);
}
