//! Secrets with the real binary: encrypted on the disk, in no log, for nobody without the key.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

use tributary_tests::{Connection, Ended, Launch, Server, embedded, folder};

const SECRETS: &str = "/_connector/_secret";
/// What must be found nowhere.
const VALUE: &str = "Zm9yIG5vYm9keSBlbHNlJ3MgZXllcw";

/// A new key, as the command makes it.
fn new_key() -> String {
    let ended = Launch::bare().arguments(["secrets", "generate-key"]).finish();
    assert!(ended.status.success(), "{ended:#?}");
    assert_eq!(ended.output.lines().count(), 1, "{ended:#?}");
    ended.output.trim().to_owned()
}

/// A file with keys, for its owner alone.
fn key_file(folder: &Path, name: &str, keys: &[&str]) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, keys.join("\n")).unwrap();
    set_mode(&file, 0o600);
    file
}

fn set_mode(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

fn over(data: &Path, keys: &Path) -> Launch {
    Launch::over(&embedded(data)).variable("TRIBUTARY_SECRET_KEYS_FILE", keys)
}

fn rotate(data: &Path, keys: &Path) -> Ended {
    let store = embedded(data);
    Launch::bare()
        .arguments(["secrets", "rotate", "--store", &store, "--secret-keys-file"])
        .arguments([keys])
        .finish()
}

/// Whether bytes are found in any file of a folder.
fn found_in(folder: &Path, wanted: &[u8]) -> bool {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<Vec<u8>> = files.map(|file| fs::read(file).unwrap()).collect();
    assert!(!texts.is_empty());
    texts.iter().any(|text| text.windows(wanted.len()).any(|window| window == wanted))
}

fn put(server: &Server, id: &str, value: &str) {
    let body = format!(r#"{{"value":"{value}"}}"#);
    let _ = server.send("PUT", &format!("{SECRETS}/{id}"), &body).expect(201);
}

#[track_caller]
fn holds(server: &Server, id: &str, value: &str) {
    let answer = server.get(&format!("{SECRETS}/{id}")).expect(200);
    assert_eq!(answer.json(), serde_json::json!({ "id": id, "value": value }));
}

/// Sends the value in all the ways in which a request can be wrong; no answer may repeat it.
fn send_mistakes(server: &Server) {
    let quoted = format!("\"{VALUE}\"");
    for body in [
        quoted.clone(),
        format!("[{quoted}]"),
        format!(r#"{{"value":[{quoted}]}}"#),
        format!(r#"{{"value":{{"a":{quoted}}}}}"#),
        format!(r#"{{"value":{quoted}"#),
        format!(r#"{{"value":{quoted}}}{{}}"#),
        format!(r#"{{"value":{VALUE}}}"#),
        format!(r#"{{"value":"{VALUE}}}"#),
        format!(r#"{{"value":"{VALUE}\q"}}"#),
        format!(r#"{{"value":"{VALUE}\ud800"}}"#),
        format!(r#"{{"value":{quoted},"value":{quoted}}}"#),
        format!(r#"{{"value":{quoted},"other":{quoted}}}"#),
        format!(r#"{{"valeu":{quoted}}}"#),
    ] {
        for (method, path) in [("POST", SECRETS.to_owned()), ("PUT", format!("{SECRETS}/x"))] {
            let reason = server.send(method, &path, &body).refusal(400);
            assert!(!reason.contains(VALUE), "{method} {body}: {reason}");
        }
    }
    let plain = [("Content-Type", "text/plain")];
    let body = format!(r#"{{"value":{quoted}}}"#);
    let refused = server.answer_to("POST", SECRETS, &plain, Some(body.as_bytes())).refusal(406);
    assert!(!refused.contains(VALUE), "{refused}");
    let refused = server.send("DELETE", &format!("{SECRETS}/x"), &body).refusal(400);
    assert!(!refused.contains(VALUE), "{refused}");
    // A client that goes away in the middle.
    let mut connection = Connection::open(server.address()).unwrap();
    let head = format!("POST {SECRETS} HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
    connection.send(format!("{head}{body}").as_bytes()).unwrap();
}

#[test]
fn a_value_is_in_no_file_no_log_and_no_refusal() {
    let (data, elsewhere) = (folder(), folder());
    let key = new_key();
    let keys = key_file(elsewhere.path(), "keys", &[&key]);
    let server = over(data.path(), &keys).arguments(["--log", "trace", "--body-limit", "1000"]).start();
    put(&server, "s-1", VALUE);
    let made = server.send("POST", SECRETS, &format!(r#"{{"value":"{VALUE}"}}"#)).expect(201).id();
    holds(&server, &made, VALUE);
    holds(&server, "s-1", VALUE);
    let _ = server.send("PUT", &format!("{SECRETS}/s-1"), &format!(r#"{{"value":"{VALUE}2"}}"#)).expect(200);
    send_mistakes(&server);
    let long = format!(r#"{{"value":"{}"}}"#, VALUE.repeat(50));
    assert!(!server.send("POST", SECRETS, &long).refusal(413).contains(VALUE));
    for list in ["/_connector?include_deleted", "/_connector/_sync_job"] {
        assert_eq!(server.list(list).count, 0, "secrets are in no list");
    }
    let ended = server.stop();
    assert!(ended.log.contains("TRACE") && ended.log.contains(SECRETS), "it was logged in full");
    for hidden in [VALUE, &key] {
        assert!(!ended.log.contains(hidden), "in the log: {}", ended.log);
        assert!(!ended.output.contains(hidden));
        assert!(!found_in(data.path(), hidden.as_bytes()), "in a file");
    }
    assert!(found_in(data.path(), b"\"ciphertext\""), "it looks where they are");
}

#[test]
fn a_restart_needs_the_key() {
    let (data, elsewhere) = (folder(), folder());
    let [key, other] = [0, 1].map(|_| new_key());
    let keys = key_file(elsewhere.path(), "keys", &[&key]);
    let others = key_file(elsewhere.path(), "others", &[&other]);
    let server = over(data.path(), &keys).start();
    put(&server, "s-1", VALUE);
    server.kill();

    let without = Launch::over(&embedded(data.path())).finish();
    without.gave_up_naming(&[
        "holds 1 secrets",
        "no key was given",
        "--secret-keys-file",
        "TRIBUTARY_SECRET_KEYS",
    ]);
    let wrong = over(data.path(), &others).finish();
    wrong.gave_up_naming(&[
        "none of the 1 secrets",
        "can be decrypted",
        "the key that they are encrypted with",
    ]);
    for ended in [without, wrong] {
        assert!(![VALUE, &key, &other].iter().any(|hidden| ended.log.contains(*hidden)), "{}", ended.log);
    }

    // In the environment, with another one before it.
    let both = format!("{other},{key}");
    let server = Launch::over(&embedded(data.path())).variable("TRIBUTARY_SECRET_KEYS", &both).start();
    holds(&server, "s-1", VALUE);
    let log = server.stop().log;
    assert!(!log.contains("WARN"), "{log}");
}

#[test]
fn without_a_key_everything_else_works() {
    let server = Server::start("memory:");
    for (method, path, body) in
        [("POST", SECRETS, r#"{"value":"a"}"#), ("PUT", "/_connector/_secret/x", r#"{"value":"a"}"#)]
    {
        server.send(method, path, body).refused_naming(501, &["no key", "TRIBUTARY_SECRET_KEYS"]);
    }
    for method in ["GET", "DELETE"] {
        server
            .call(method, "/_connector/_secret/x")
            .refused_naming(501, &["no key", "TRIBUTARY_SECRET_KEYS"]);
    }
    let _ = server.put("/_connector/c", r#"{"index_name":"i","service_type":"s3"}"#).expect(201);
    let _ = server.send("POST", "/_connector/_sync_job", r#"{"id":"c"}"#).expect(201);
    let _ = server.get("/_health/ready").expect(200);
    server.stop();
}

#[test]
fn keys_that_cannot_be() {
    let elsewhere = folder();
    let key = new_key();
    let file = key_file(elsewhere.path(), "keys", &[&key]);
    let name = file.to_str().unwrap();
    let memory = || Launch::over("memory:");
    let with_file = || memory().arguments(["--secret-keys-file", name]);
    for mode in [0o604, 0o666, 0o602] {
        set_mode(&file, mode);
        with_file().finish().gave_up_naming(&[name, &format!("{mode:o}"), "chmod"]);
    }
    set_mode(&file, 0o640);
    with_file().start().stop();
    with_file().variable("TRIBUTARY_SECRET_KEYS", &key).finish().gave_up_naming(&[name, "both"]);
    key_file(elsewhere.path(), "keys", &[&key, "not-a-key"]);
    let ended = with_file().finish();
    ended.gave_up_naming(&[name, "key number 2", "generate-key"]);
    assert!(!ended.log.contains("not-a-key") && !ended.log.contains(&key), "{}", ended.log);
    key_file(elsewhere.path(), "keys", &["# none yet"]);
    with_file().finish().gave_up_naming(&[name, "no key in it", "generate-key"]);
    memory()
        .variable("TRIBUTARY_SECRET_KEYS", "x")
        .finish()
        .gave_up_naming(&["TRIBUTARY_SECRET_KEYS", "key number 1"]);
    memory().arguments(["--secret-keys-file", "/nowhere/keys"]).finish().gave_up_naming(&["/nowhere/keys"]);
    memory().arguments(["--secret-keys", &key]).finish().gave_up_naming(&["unexpected argument"]);
}

#[test]
fn a_rotation_makes_the_old_key_needless() {
    let (data, elsewhere) = (folder(), folder());
    let [old, new] = [0, 1].map(|_| new_key());
    let file = |name: &str, keys: &[&str]| key_file(elsewhere.path(), name, keys);
    let (only_old, only_new) = (file("old", &[&old]), file("new", &[&new]));
    let both = file("both", &["# from today on", &new, &old]);
    let server = over(data.path(), &only_old).start();
    put(&server, "s-1", VALUE);
    put(&server, "s-2", "another");
    server.stop();
    let server = over(data.path(), &both).start();
    put(&server, "s-3", "a third");
    holds(&server, "s-1", VALUE);
    server.stop();

    let refused = rotate(data.path(), &only_old);
    assert!(!refused.status.success(), "one of three is not of the old key: {refused:#?}");
    assert!(refused.output.contains("[s-3]") && refused.log.contains("1 secrets could not"), "{refused:#?}");
    let rotated = rotate(data.path(), &both);
    assert!(rotated.status.success(), "{rotated:#?}");
    assert_eq!(rotated.output, "secrets: 2 encrypted with the first key, 1 were so already\n");
    let again = rotate(data.path(), &both);
    assert_eq!(again.output, "secrets: 0 encrypted with the first key, 3 were so already\n");
    for ended in [&rotated, &again, &refused] {
        assert!(![VALUE, &old, &new].iter().any(|hidden| ended.log.contains(*hidden)), "{}", ended.log);
    }

    over(data.path(), &only_old).finish().gave_up_naming(&["none of the 3 secrets"]);
    let server = over(data.path(), &only_new).start();
    for (id, value) in [("s-1", VALUE), ("s-2", "another"), ("s-3", "a third")] {
        holds(&server, id, value);
    }
    server.stop();
    let store = embedded(data.path());
    let unnamed = Launch::bare().arguments(["secrets", "rotate", "--store", &store]).finish();
    unnamed.gave_up_naming(&["no keys for secrets", "--secret-keys-file"]);
    rotate(&data.path().join("nothing"), &both).gave_up_naming(&["--store", "no store"]);
}

#[test]
fn secrets_move_encrypted() {
    let (data, elsewhere) = (folder(), folder());
    let keys = key_file(elsewhere.path(), "keys", &[&new_key()]);
    let server = over(data.path(), &keys).start();
    put(&server, "s-1", VALUE);
    server.stop();

    let export = elsewhere.path().join("export.ndjson");
    let (from, file) = (embedded(data.path()), export.to_str().unwrap());
    let exported = Launch::bare().arguments(["export", "--from", &from, file]).finish();
    assert!(exported.status.success() && exported.log.contains("secrets "), "{exported:#?}");
    let text = fs::read_to_string(&export).unwrap();
    assert!(text.contains(".tributary-secrets-v1") && text.contains("ciphertext"), "{text}");
    assert!(!text.contains(VALUE), "{text}");

    let (copied, imported) = (folder(), folder());
    let to = embedded(copied.path());
    let copy = Launch::bare().arguments(["copy", "--from", &from, "--to", &to]).finish();
    let to = embedded(imported.path());
    let import = Launch::bare().arguments(["import", "--to", &to, file]).finish();
    for ended in [&copy, &import] {
        assert_eq!(ended.output.lines().last(), Some("the same"), "{ended:#?}");
        assert!(ended.output.contains("secrets: 1 written"), "{ended:#?}");
    }
    for target in [copied, imported] {
        assert!(!found_in(target.path(), VALUE.as_bytes()));
        let server = over(target.path(), &keys).start();
        holds(&server, "s-1", VALUE);
        server.stop();
    }
}
