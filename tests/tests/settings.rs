//! Settings that cannot be: each is refused by name, or warned of where others may have put it.
#![allow(missing_docs, reason = "a test")]

use std::fs;

use tributary_tests::{Launch, Server, folder};

#[test]
fn values_that_cannot_be() {
    for (flag, value, allowed) in [
        ("--body-limit", "0", "from 1 to 1073741824"),
        ("--keep-alive", "0", "from 1 to 86400"),
        ("--header-timeout", "0", "from 1 to 86400"),
        ("--keep-alive", "soon", "from 1 to 86400"),
        ("--shutdown-timeout", "-1", "from 0 to 86400"),
        ("--workers", "0", "from 1 to 1024"),
        ("--log-format", "xml", "text, json"),
    ] {
        let argument = format!("{flag}={value}");
        Launch::over("memory:").arguments([argument]).finish().gave_up_naming(&[flag, value, allowed]);
        let variable = format!("TRIBUTARY{}", flag[1..].replace('-', "_").to_uppercase());
        Launch::over("memory:").variable(&variable, value).finish().gave_up_naming(&[flag, value, allowed]);
    }
    for listen in ["nonsense", "127.0.0.1", "127.0.0.1:99999", "256.0.0.1:0", ""] {
        let launch = Launch::bare().arguments(["--store", "memory:", "--listen", listen]);
        launch.finish().gave_up_naming(&[listen, "--listen", "ADDRESS:PORT"]);
    }
    let launch = || Launch::over("memory:");
    launch().arguments(["--log", "request=loudly"]).finish().gave_up_naming(&["request=loudly", "--log"]);
    launch().arguments(["--listne", "x"]).finish().gave_up_naming(&["--listne", "--listen"]);
}

#[test]
fn files_that_cannot_be() {
    let folder = folder();
    let file = folder.path().join("tributary.toml");
    let name = file.to_str().unwrap();
    let with_file = |text: &[u8]| {
        fs::write(&file, text).unwrap();
        Launch::bare().arguments(["--config", name]).finish()
    };
    with_file(b"listne = '127.0.0.1:0'").gave_up_naming(&[name, "[listne]", "[listen]"]);
    with_file(b"body_limit = 'much'").gave_up_naming(&[name, "[body_limit]", "[much]", "from 1 to"]);
    with_file(b"workers = [1]").gave_up_naming(&[name, "[workers]", "one value"]);
    with_file(b"store = ").gave_up_naming(&[name, "line 1"]);
    with_file(b"\xFF\xFE").gave_up_naming(&[name, "UTF-8"]);
    for missing in ["/nowhere/tributary.toml", folder.path().to_str().unwrap()] {
        Launch::bare().arguments(["--config", missing]).finish().gave_up_naming(&[missing, "read"]);
    }
}

#[test]
fn a_mistake_beside_a_password_does_not_show_it() {
    let folder = folder();
    let file = folder.path().join("tributary.toml");
    for (line, place) in [
        ("password = \"top-secret", "line 3, column 23"),
        ("password = 'top-secret", "line 3"),
        ("password = top-secret", "line 3"),
        ("password = \"top-secret\\q\"", "line 3"),
        ("password = \"top-secret\" user = 'x'", "line 3"),
        ("password \"top-secret\"", "line 3"),
        ("\"top-secret\" = password", "line 3"),
        ("password = 'x'\npassword = 'top-secret'", "line 4"),
        ("password = ['top-secret']", "[password]"),
        ("user = 'x'\npassword = 'top-secret'\napi_key = 'top-secret'", "[api_key]"),
        ("password = 'top-secret'", "[user]"),
        ("user = 'x'\npassword = 'top-secret'\ndeadline = 0", "[deadline]"),
        ("api_key = 'top-secret\\n'\nca_file = '/nowhere'", "[ca_file]"),
        ("api_key = \"top-secret\\n\"", "store"),
    ] {
        let text = format!("store = 'opensearch:http://127.0.0.1:1'\n[opensearch]\n{line}\n");
        fs::write(&file, text).unwrap();
        let ended = Launch::bare().arguments(["--config", file.to_str().unwrap(), "--log", "trace"]).finish();
        ended.gave_up_naming(&[place]);
        assert!(!ended.log.contains("top-secret"), "{line}: {}", ended.log);
    }
}

#[test]
fn an_unknown_variable_is_a_warning() {
    let server = Launch::over("memory:").variable("TRIBUTARY_LISTNE", "127.0.0.1:1").start();
    let _ = server.get("/").expect(200);
    let log = server.stop().log;
    let warning = log.lines().find(|line| line.contains("TRIBUTARY_LISTNE")).expect("a line about it");
    assert!(warning.contains("WARN") && warning.contains("TRIBUTARY_LISTEN?"), "{warning}");
    assert!(!Server::start("memory:").stop().log.contains("WARN"), "nothing to warn of");
}

/// A URL of a store may hold a password.
#[test]
fn help_does_not_show_what_the_environment_holds_for_the_store() {
    let help = Launch::bare().variable("TRIBUTARY_STORE", "other:hidden").arguments(["--help"]).finish();
    assert!(help.status.success() && help.output.contains("TRIBUTARY_STORE"), "{}", help.output);
    assert!(!help.output.contains("hidden"), "{}", help.output);
}
