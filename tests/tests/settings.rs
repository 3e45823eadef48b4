//! Invalid settings: each is an error that names the setting, or a warning in the environment.
#![allow(missing_docs, reason = "a test")]

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;

use tributary_tests::{Launch, Server, embedded, folder};

#[test]
fn invalid_values() {
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
    for (flag, values, allowed) in [
        ("--keep-alive", &["1.5", "1e3", "75.0", "-1"][..], "a whole number from 1 to 86400"),
        ("--workers", &["2.5", "", "true", "-1"], "a whole number from 1 to 1024"),
        ("--body-limit", &["-1"], "a whole number from 1 to 1073741824"),
        ("--listen", &["127.0.0.1:99999", "127.0.0.1:http", "127.0.0.1:"], "a whole number from 0 to 65535"),
        ("--listen", &[":9200", "9200"], "the address is missing"),
        ("--listen", &["localhost", "nonsense", "127.0.0.1"], "the port is missing"),
        ("--listen", &["http://127.0.0.1:9200"], "it is no URL"),
        ("--listen", &[""], "must not be empty; ADDRESS:PORT is needed"),
        ("--store", &[""], "must not be empty"),
        ("--secret-keys-file", &[""], "must not be empty"),
        ("--config", &[""], "must not be empty"),
        ("--log", &["infoo", "warn,request=inof"], "did you mean info?"),
        ("--log", &["request"], "did you mean request=info?"),
        ("--log", &[""], "must not be empty"),
        ("--log", &["warn,"], "a part is empty"),
        ("--log", &["request=loudly", "true"], "none of the levels off, error, warn, info, debug, trace"),
    ] {
        for value in values {
            refused_everywhere(flag, value, allowed);
        }
    }
    let launch = Launch::bare().arguments(["--store", "memory:", "--listen", "256.0.0.1:0"]);
    launch.finish().gave_up_naming(&["256.0.0.1:0", "--listen", "ADDRESS:PORT"]);
    let odd = OsStr::from_bytes(b"127.0.0.1:0\xFF");
    let launch = Launch::bare().arguments(["--store", "memory:"]).variable("TRIBUTARY_LISTEN", odd);
    launch.finish().gave_up_naming(&["TRIBUTARY_LISTEN", "UTF-8"]);
    let launch = Launch::over("memory:").variable("TRIBUTARY_SECRET_KEYS", odd);
    launch.finish().gave_up_naming(&["TRIBUTARY_SECRET_KEYS", "UTF-8"]);
    // An empty variable counts as not set.
    Launch::over("memory:").variable("TRIBUTARY_SECRET_KEYS", "").start().stop();
    Launch::over("memory:").arguments(["--listne", "x"]).finish().gave_up_naming(&["--listne", "--listen"]);
}

/// A value that is rejected with the same reason as a flag, in the environment and in a file.
#[track_caller]
fn refused_everywhere(flag: &str, value: &str, allowed: &str) {
    let folder = folder();
    let name = flag[2..].replace('-', "_");
    let variable = format!("TRIBUTARY_{}", name.to_uppercase());
    Launch::bare().arguments([flag, value]).finish().gave_up_naming(&[flag, value, allowed]);
    let ended = Launch::bare().variable(&variable, value).finish();
    ended.gave_up_naming(&[&variable, value, allowed]);
    if flag == "--config" {
        return;
    }
    let file = folder.path().join("tributary.toml");
    let is_bare = value.parse::<f64>().is_ok() || value == "true";
    let value = if is_bare { value.to_owned() } else { format!("{value:?}") };
    fs::write(&file, format!("{name} = {value}")).unwrap();
    let ended = Launch::bare().arguments(["--config", file.to_str().unwrap()]).finish();
    ended.gave_up_naming(&[file.to_str().unwrap(), &format!("[{name}]"), allowed]);
}

#[test]
fn invalid_files() {
    let folder = folder();
    let file = folder.path().join("tributary.toml");
    let name = file.to_str().unwrap();
    let with_file = |text: &[u8]| {
        fs::write(&file, text).unwrap();
        Launch::bare().arguments(["--config", name]).finish()
    };
    with_file(b"listne = '127.0.0.1:0'").gave_up_naming(&[name, "[listne]", "[listen]"]);
    with_file(b"body_limit = 'much'").gave_up_naming(&[name, "[body_limit]", "[much]", "from 1 to"]);
    with_file(b"[opensaerch]\nuser = 'x'").gave_up_naming(&[name, "no table [opensaerch]", "[opensearch]?"]);
    with_file(b"[server]").gave_up_naming(&[name, "no table [server]", "[elasticsearch], [opensearch]"]);
    with_file(b"[listen]\nport = 1").gave_up_naming(&[name, "[listen]", "one value", "not a table"]);
    with_file(b"opensearch = 'http://a'").gave_up_naming(&[name, "[opensearch] is a table", "not a text"]);
    // Whichever store is used.
    for (text, parts) in [
        ("deadline = 1.5", ["[deadline]", "a whole number", "with a fraction"]),
        ("deadline = true", ["[deadline]", "a whole number", "true or false"]),
        ("deadlin = 5", ["[deadlin]", "no setting", "did you mean [deadline]?"]),
    ] {
        let text = format!("store = 'memory:'\n[opensearch]\n{text}");
        with_file(text.as_bytes()).gave_up_naming(&parts).gave_up_naming(&[name, "[opensearch]"]);
    }
    with_file(b"workers = [1]").gave_up_naming(&[name, "[workers]", "one value"]);
    with_file(b"store = ").gave_up_naming(&[name, "line 1"]);
    with_file(b"\xFF\xFE").gave_up_naming(&[name, "UTF-8"]);
    for missing in ["/nowhere/tributary.toml", folder.path().to_str().unwrap()] {
        Launch::bare().arguments(["--config", missing]).finish().gave_up_naming(&[missing, "read"]);
    }
}

#[test]
fn an_error_next_to_a_password_does_not_reveal_it() {
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

#[test]
fn invalid_stores() {
    let home = folder();
    let listen = ["--listen", "127.0.0.1:0"];
    for (store, parts) in [
        ("opensearh:http://a", ["[opensearh]", "did you mean [opensearch:]?"]),
        ("http://127.0.0.1:9200", ["[http]", "opensearch:http://127.0.0.1:9200"]),
        ("./data", ["[./data]", "embedded:./data"]),
        ("embedded:", ["[embedded:]", "a folder has to follow"]),
        ("embedded:http://a:9200", ["embedded:/var/lib/tributary", "not an address"]),
        ("embedded:~somebody/data", ["[~somebody/data]", "not supported"]),
        ("memory:x", ["[memory:x]", "nothing may follow"]),
        ("opensearch:", ["address of a server is missing", "opensearch:http://127.0.0.1:9200"]),
        (
            "opensearch:localhost:9200",
            ["begins with http:// or https://", "opensearch:http://127.0.0.1:9200"],
        ),
        ("opensearch:ftp://a", ["begins with http:// or https://", "opensearch:http://127.0.0.1:9200"]),
        ("elasticsearch:http://a:9200,", ["a comma too many", "elasticsearch:http://127.0.0.1:9200"]),
        ("opensearch:http://a:99999", ["invalid port", "opensearch:http://127.0.0.1:9200"]),
    ] {
        let start = || {
            Launch::bare().arguments(listen).with(|command| {
                command.current_dir(home.path());
            })
        };
        start().arguments(["--store", store]).finish().gave_up_naming(&parts);
        start().variable("TRIBUTARY_STORE", store).finish().gave_up_naming(&parts);
        let file = home.path().join("tributary.toml");
        fs::write(&file, format!("store = '{store}'")).unwrap();
        start().arguments(["--config", file.to_str().unwrap()]).finish().gave_up_naming(&parts);
        fs::remove_file(&file).unwrap();
        if store != "memory:x" {
            Launch::bare()
                .arguments(["copy", "--from", store, "--to", "embedded:x"])
                .finish()
                .gave_up_naming(&["--from"]);
        }
    }
    assert_eq!(home.path().read_dir().unwrap().count(), 0, "no folder is made");
}

#[test]
fn invalid_store_settings() {
    let folder = folder();
    let garbage = folder.path().join("garbage.pem");
    fs::write(&garbage, "-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\n").unwrap();
    let garbage = garbage.to_str().unwrap();
    let too_long = "x".repeat(224);
    for (name, value, rule) in [
        ("deadline", "0", "from 1 to 3600"),
        ("read_deadline", "1.5", "from 1 to 3600"),
        ("user", "me", "[password]"),
        ("password", "me", "[user]"),
        ("ca_file", "/nowhere.pem", "/nowhere.pem cannot be read"),
        ("ca_file", garbage, "PEM"),
        ("client_certificate_file", "/nowhere.pem", "/nowhere.pem cannot be read"),
        ("client_certificate_file", garbage, "PEM"),
        ("ca_file", "~somebody/ca.pem", "not supported"),
        ("index_prefix", "Team-", "[Team-.elastic-connectors-sync-jobs-v1]: must be lowercase"),
        ("index_prefix", "a:b", "must not contain ':'"),
        ("index_prefix", "-a", "must not start with"),
        ("index_prefix", &too_long, "more than 255 bytes"),
    ] {
        let start = || Launch::over("opensearch:https://127.0.0.1:1");
        let parts = [&format!("[{name}]"), "[opensearch:]", rule];
        let variable = format!("TRIBUTARY_OPENSEARCH_{}", name.to_uppercase());
        start().variable(&variable, value).finish().gave_up_naming(&parts).gave_up_naming(&[&variable]);
        let file = folder.path().join("tributary.toml");
        fs::write(&file, format!("[opensearch]\n{name} = '{value}'")).unwrap();
        let ended = start().arguments(["--config", file.to_str().unwrap()]).finish();
        ended.gave_up_naming(&parts).gave_up_naming(&["configuration file"]);
    }
    let file = folder.path().join("tributary.toml");
    for name in ["user", "ca_file"] {
        fs::write(&file, format!("[opensearch]\n{name} = ''")).unwrap();
        let launch = Launch::over("opensearch:http://127.0.0.1:1");
        let ended = launch.arguments(["--config", file.to_str().unwrap()]).finish();
        ended.gave_up_naming(&[&format!("[{name}]"), "must not be empty"]);
    }
    // An empty variable counts as not set.
    let launch = Launch::over("opensearch:http://127.0.0.1:1").variable("TRIBUTARY_OPENSEARCH_USER", "");
    launch.variable("TRIBUTARY_OPENSEARCH_INDEX_PREFIX", "").start().stop();
}

#[test]
fn the_home_folder_is_expanded_like_in_a_shell() {
    let home = folder();
    let at_home = |launch: Launch| {
        let elsewhere = home.path().join("elsewhere");
        fs::create_dir_all(&elsewhere).unwrap();
        launch.variable("HOME", home.path()).with(|command| {
            command.current_dir(elsewhere);
        })
    };
    at_home(Launch::over("embedded:~/one")).start().stop();
    let listen = Launch::bare().arguments(["--listen", "127.0.0.1:0"]);
    at_home(listen).variable("TRIBUTARY_STORE", "embedded:~/two").start().stop();
    let settings = "listen = '127.0.0.1:0'\nstore = 'embedded:~/three'\nsecret_keys_file = '~/no-keys'";
    fs::write(home.path().join("settings.toml"), settings).unwrap();
    let with_file = || at_home(Launch::bare().arguments(["--config", "~/settings.toml"]));
    with_file().finish().gave_up_naming(&[home.path().join("no-keys").to_str().unwrap()]);
    fs::write(home.path().join("settings.toml"), &settings[..settings.rfind('\n').unwrap()]).unwrap();
    with_file().start().stop();
    let copy = |from: &str, to: &str| {
        at_home(Launch::bare().arguments(["copy", "--from", from, "--to", to])).finish()
    };
    let copied = copy("embedded:~/one", "embedded:~/four");
    assert!(copied.status.success(), "{copied:#?}");
    let one = embedded(&home.path().join("one"));
    copy("embedded:~/one", &one).gave_up_naming(&["the same store"]);
    copy("embedded:~/none", &one).gave_up_naming(&["no store in", home.path().to_str().unwrap()]);
    let mut names: Vec<_> = home.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["elsewhere", "four", "one", "settings.toml", "three", "two"]);
    assert_eq!(home.path().join("elsewhere").read_dir().unwrap().count(), 0);
}

#[test]
fn an_unknown_target_of_the_log_is_a_warning() {
    let server = Launch::over("memory:").arguments(["--log", "error,reqest=info"]).start();
    let log = server.stop().log;
    assert!(
        log.contains("WARN") && log.contains("[reqest]") && log.contains("did you mean [request]?"),
        "{log}"
    );
    let server = Launch::over("memory:").arguments(["--log", "error,request=info,tributary=error"]).start();
    let _ = server.get("/").expect(200);
    let log = server.stop().log;
    assert!(log.contains("INFO") && !log.contains("WARN") && log.lines().count() == 1, "{log}");
}

/// A server that answers everything with the same bytes, and closes the connection.
fn server_of(bytes: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]).and_then(|_| connection.write_all(bytes));
        }
    });
    address
}

#[test]
fn a_tls_mismatch_is_reported() {
    let plain = server_of(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    // A fatal TLS alert: protocol version.
    let tls = server_of(b"\x15\x03\x01\x00\x02\x02\x46");
    let silent = server_of(b"");
    for (address, parts) in [
        (format!("https://{plain}"), ["does not speak TLS", "http:// in its address would be right"]),
        (format!("https://{silent}"), ["does not speak TLS", "http:// in its address would be right"]),
        (format!("http://{tls}"), ["if it speaks TLS", "https:// in its address would be right"]),
        (format!("http://{silent}"), ["if it speaks TLS", "https:// in its address would be right"]),
    ] {
        let server = Launch::over(&format!("opensearch:{address}")).start();
        let log = server.log();
        server.kill();
        let warning = log.lines().find(|line| line.contains("WARN")).unwrap_or_else(|| panic!("{log}"));
        assert!(parts.iter().all(|part| warning.contains(part)) && warning.contains(&address), "{warning}");
    }
    let nginx = server_of(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 46\r\n\r\nThe plain HTTP request was sent to HTTPS port\n");
    let start = Launch::over(&format!("opensearch:http://{nginx}"));
    start.finish().gave_up_naming(&["asks for HTTPS", "https:// in its address would be right"]);

    let health = |url: &str| Launch::bare().arguments(["health", url]).finish();
    let right = format!("http://{plain}/_health/ready would be right");
    health(&format!("https://{plain}/_health/ready")).gave_up_naming(&["does not speak TLS", &right]);
    health(&format!("http://{tls}/"))
        .gave_up_naming(&["does not answer in HTTP", "if it speaks TLS, https://"]);
    health(&format!("http://{silent}/")).gave_up_naming(&["closed the connection", "if it speaks TLS"]);
    for url in ["127.0.0.1:9200", "ftp://a", "http://", ""] {
        health(url).gave_up_naming(&["begins with http://", "http://127.0.0.1:9200/_health/ready"]);
    }
}

/// A store URL may contain a password.
#[test]
fn help_does_not_reveal_the_store_in_the_environment() {
    let help = Launch::bare().variable("TRIBUTARY_STORE", "other:hidden").arguments(["--help"]).finish();
    assert!(help.status.success() && help.output.contains("TRIBUTARY_STORE"), "{}", help.output);
    assert!(!help.output.contains("hidden"), "{}", help.output);
}
