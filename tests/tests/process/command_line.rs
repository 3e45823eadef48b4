//! Flags, environment and file.

use std::fs;

use tributary_tests::{Launch, Server, folder};

#[test]
fn help_teaches() {
    let ended = Launch::bare().arguments(["--help"]).finish();
    assert_eq!((ended.status.code(), ended.log.as_str()), (Some(0), ""));
    for part in [
        "--listen <ADDRESS:PORT>", "127.0.0.1:9200", "TRIBUTARY_LISTEN",
        "--store <URL>", "embedded:./data", "TRIBUTARY_STORE",
        "--config <FILE>", "TOML", "--log", "memory:", "embedded:DIR", "Examples:", "--version",
    ] {
        assert!(ended.output.contains(part), "[{part}] is missing: {}", ended.output);
    }
    let widest = ended.output.lines().map(str::len).max();
    assert!(widest.is_some_and(|widest| widest <= 120), "a line of {widest:?} letters: {}", ended.output);
}

#[test]
fn version_is_one_line() {
    let ended = Launch::bare().arguments(["--version"]).finish();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(ended.output, format!("tributary {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = folder();
    let file = folder.path().join("tributary.toml");
    fs::write(&file, "listen = '127.0.0.1:0'\nstore = 'from-file:'\nbody_limit = 100").unwrap();
    let launch = || Launch::bare().arguments(["--config", file.to_str().unwrap()]);
    launch().finish().gave_up_naming(&["[from-file]"]);
    launch().variable("TRIBUTARY_STORE", "from-environment:").finish().gave_up_naming(&["[from-environment]"]);
    let both = || launch().variable("TRIBUTARY_STORE", "from-environment:").variable("TRIBUTARY_BODY_LIMIT", "200");
    both().arguments(["--store", "from-flag:"]).finish().gave_up_naming(&["[from-flag]"]);

    let limit = |server: &Server| {
        let body = format!("{{{}}}", " ".repeat(1_000));
        server.put("/_connector/new", &body).refusal(413)
    };
    let server = launch().arguments(["--store", "memory:"]).start();
    assert!(limit(&server).contains("[100]"));
    let server = both().arguments(["--store", "memory:"]).start();
    assert!(limit(&server).contains("[200]"));
    let server = both().arguments(["--store", "memory:", "--body-limit", "300"]).start();
    assert!(limit(&server).contains("[300]"));
    let server = Launch::bare().variable("TRIBUTARY_CONFIG", &file).arguments(["--store=memory:"]).start();
    assert!(limit(&server).contains("[100]"));
}

#[test]
fn what_is_wrong_is_named() {
    let folder = folder();
    let file = folder.path().join("tributary.toml");
    let with_file = |text: &str| {
        fs::write(&file, text).unwrap();
        Launch::bare().arguments(["--config", file.to_str().unwrap()]).finish()
    };
    with_file("listne = '127.0.0.1:0'").gave_up_naming(&["listne", "listen"]);
    with_file("body_limit = 'much'").gave_up_naming(&["body_limit", "much"]);
    with_file("store = ").gave_up_naming(&["tributary.toml"]);
    Launch::bare().arguments(["--config", "/nowhere/tributary.toml"]).finish().gave_up_naming(&["/nowhere/tributary.toml"]);
    Launch::bare().arguments(["--listne", "127.0.0.1:0"]).finish().gave_up_naming(&["--listne", "--listen"]);
    Launch::bare().arguments(["--body-limit", "much"]).finish().gave_up_naming(&["--body-limit", "much"]);
    Launch::bare().variable("TRIBUTARY_KEEP_ALIVE", "soon").finish().gave_up_naming(&["--keep-alive", "soon"]);
    Launch::over("memory:").arguments(["--log", "request=loudly"]).finish().gave_up_naming(&["request=loudly"]);
    Launch::over("memory:").arguments(["--log-format", "xml"]).finish().gave_up_naming(&["xml", "json"]);
    for listen in ["nonsense", "127.0.0.1", "127.0.0.1:99999", "256.0.0.1:0"] {
        let launch = Launch::bare().arguments(["--store", "memory:", "--listen", listen]);
        launch.finish().gave_up_naming(&[listen, "--listen"]);
    }
}

#[test]
fn the_default_store_is_a_folder_beside() {
    let folder = folder();
    let launch = Launch::bare().arguments(["--listen", "127.0.0.1:0"]);
    let server = launch.with(|command| drop(command.current_dir(folder.path()))).start();
    let _ = server.put("/_connector/one", "").expect(201);
    server.stop();
    assert!(folder.path().join("data").is_dir());
}
