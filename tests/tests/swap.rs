//! Transfers between stores with the real binary: exact, refused, merged, interrupted, through pipes.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tributary_domain::{Document, Id};
use tributary_storage::{Collection, EmbeddedStore, OpenError, Store, StoreExt as _};
use tributary_tests::{Ended, Launch, Scenario, Server, binary, embedded, folder};

const ODD_CONNECTORS: [(&str, &str); 5] = [
    (
        "plain",
        r#"{"index_name":"search-a","service_type":"s3","unknown":{"z":1.10,"a":[1e400,-0.0,123456789012345678901234567890]},"k":null}"#,
    ),
    ("deleted", r#"{"deleted":true,"index_name":"search-a"}"#),
    ("with/slash and \"quotes\" \\", r#"{"name":"\u00e9\ud83d\ude00 \"x\""}"#),
    ("é日本", r#"{"id":"its own","b":1,"a":2}"#),
    ("?&#%20", "{}"),
];
const ODD_JOBS: [(&str, &str); 3] = [
    ("own-id-later", r#"{"a":1,"id":"x","created_at":"2026-01-02T03:04:05.678901Z"}"#),
    ("spread", "{\"a\":{\n  \"b\" : \"c  d\"\r\n}}"),
    ("foreign", r#"{"status":["pending","error"],"connector":[{"id":5}],"created_at":{"never":[]}}"#),
];

/// Puts documents into the store in a folder.
fn put(folder: &Path, collection: Collection, documents: impl IntoIterator<Item = (String, String)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        // A program that another test starts has the lock of a store that was closed here, until it executes.
        let mut opened = EmbeddedStore::open(folder).await;
        for _ in 0..100 {
            if !matches!(opened, Err(OpenError::Locked(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            opened = EmbeddedStore::open(folder).await;
        }
        let store = opened.unwrap();
        let document =
            |(id, text): (String, String)| (Id::parse("id", id).unwrap(), Document::parse(&text).unwrap());
        let results = store.create_many(collection, documents.into_iter().map(document).collect()).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        store.close().await.unwrap();
    });
}

fn put_odd(folder: &Path) {
    let owned = |(id, text): &(&str, &str)| ((*id).to_owned(), (*text).to_owned());
    put(folder, Collection::CONNECTORS, ODD_CONNECTORS.iter().map(owned));
    put(folder, Collection::SYNC_JOBS, ODD_JOBS.iter().map(owned));
}

fn put_jobs(folder: &Path, jobs: u32) {
    let job = |number| (format!("job-{number:06}"), format!(r#"{{"n":{number}.0,"status":"pending"}}"#));
    put(folder, Collection::SYNC_JOBS, (0..jobs).map(job));
}

fn run(arguments: &[&str]) -> Ended {
    let ended = Launch::bare().arguments(arguments).finish();
    ended.without_panic();
    ended
}

fn copy(from: &Path, to: &Path, more: &[&str]) -> Ended {
    let (from, to) = (embedded(from), embedded(to));
    run(&[&["copy", "--from", &from, "--to", &to], more].concat())
}

/// Runs a shell command, in which `$B` is the binary and `$1` and so on the arguments.
fn shell(line: &str, arguments: &[&str]) -> Ended {
    let ended =
        Launch::of("sh").arguments(["-c", line, "sh"]).arguments(arguments).variable("B", binary()).finish();
    ended.without_panic();
    ended
}

/// The two sides of a summary, which must report that they are the same.
#[track_caller]
fn same(ended: &Ended) -> Vec<String> {
    assert!(ended.status.success(), "{ended:#?}");
    assert_eq!(ended.output.lines().last(), Some("the same"), "{ended:#?}");
    let digests = ended.output.lines().filter_map(|line| line.split_once("  digest "));
    let digests: Vec<String> = digests.map(|(_, digest)| digest.to_owned()).collect();
    assert_eq!(digests.len(), 4, "{ended:#?}");
    assert!(digests[0] == digests[1] && digests[2] == digests[3], "{ended:#?}");
    vec![digests[0].clone(), digests[2].clone()]
}

#[track_caller]
fn different(ended: &Ended, parts: &[&str]) {
    assert_eq!(ended.status.code(), Some(1), "{ended:#?}");
    assert_eq!(ended.output.lines().last(), Some("DIFFERENT"), "{ended:#?}");
    assert!(ended.log.contains("both sides are DIFFERENT"), "{ended:#?}");
    for part in parts {
        assert!(ended.output.contains(part) || ended.log.contains(part), "[{part}]: {ended:#?}");
    }
}

/// All documents that a service over the store lists, as text.
fn served(folder: &Path) -> Vec<String> {
    let server = Server::start(&embedded(folder));
    let mut texts = Vec::new();
    for path in ["/_connector/_sync_job?size=1000", "/_connector?size=1000&include_deleted=true"] {
        texts.extend(server.list(path).texts().into_iter().map(str::to_owned));
    }
    server.stop();
    texts
}

#[test]
fn odd_documents_are_copied_exactly() {
    let (from, to) = (folder(), folder());
    put_odd(from.path());
    same(&copy(from.path(), to.path(), &[]));
    let arrived = served(to.path());
    assert_eq!(arrived, served(from.path()));
    assert_eq!(arrived.len(), ODD_CONNECTORS.len() + ODD_JOBS.len());
    // A service can use the copies.
    let server = Server::start(&embedded(to.path()));
    Scenario(&server).job("plain", "full");
    server.stop();
}

#[test]
fn help_is_printed() {
    for (command, parts) in [
        ("copy", ["--from", "--to", "--merge", "--resume", "digest", "Examples:"]),
        ("export", ["--from", "_bulk", "tributary import", "gzip", "standard error", "Examples:"]),
        ("import", ["--to", "--collection", "_search", "bulk", "pretty-printed", "Examples:"]),
    ] {
        let help = run(&[command, "--help"]);
        assert!(help.status.success());
        // Lines are wrapped to fit the terminal.
        let text = help.output.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(text.contains(part), "[{part}] is missing: {}", help.output);
        }
    }
    let help = run(&["--help"]);
    for part in ["copy", "export", "import", "--listen"] {
        assert!(help.output.contains(part), "[{part}] is missing: {}", help.output);
    }
    // Settings for serving do not interfere.
    let ended = Launch::bare().arguments(["copy", "--help"]).variable("TRIBUTARY_STORE", "memory:").finish();
    assert!(ended.status.success(), "{ended:#?}");
}

#[test]
fn uncopyable_stores_are_reported() {
    let (from, to) = (folder(), folder());
    put_odd(from.path());
    let url = embedded(from.path());
    let same_store = ["--from and --to name the same store"];
    run(&["copy", "--from", &url, "--to", &url]).gave_up_naming(&same_store);
    let around = from.path().join("..").join(from.path().file_name().unwrap());
    copy(from.path(), &around, &[]).gave_up_naming(&same_store);

    let nowhere = to.path().join("nowhere");
    copy(&nowhere, to.path(), &[]).gave_up_naming(&["there is no store in", "nowhere"]);
    assert!(!nowhere.exists(), "nothing is made");
    run(&["export", "--from", &embedded(&nowhere)]).gave_up_naming(&["there is no store in"]);
    run(&["copy", "--from", "memory:", "--to", &url]).gave_up_naming(&["--from", "in memory"]);
    run(&["copy", "--from", "nonsense:x", "--to", &url]).gave_up_naming(&["--from", "[nonsense]"]);
    run(&["copy", "--from", &url, "--to", "nonsense:x"]).gave_up_naming(&["--to", "[nonsense]"]);
    run(&["import", "--to", &embedded(to.path()), "/nowhere.ndjson"]).gave_up_naming(&["/nowhere.ndjson"]);
    let path = from.path().to_str().unwrap();
    run(&["import", "--to", &embedded(to.path()), path]).gave_up_naming(&[path]);

    let server = Server::start(&url);
    copy(from.path(), to.path(), &[]).gave_up_naming(&["--from", "in use by another process", path]);
    server.stop();
    let both = run(&["copy", "--from", &url, "--to", &embedded(to.path()), "--merge", "--resume"]);
    assert_eq!(both.status.code(), Some(2), "{both:#?}");
}

#[test]
fn a_nonempty_target_is_refused_and_not_modified() {
    let (from, to) = (folder(), folder());
    put_odd(from.path());
    put_jobs(to.path(), 3);
    let before = served(to.path());
    let named = ["not empty", "0 connectors and 3 sync jobs", "--merge", "--resume", "nothing was written"];
    copy(from.path(), to.path(), &[]).gave_up_naming(&named);
    shell("echo '{}' | \"$B\" import --to \"$1\"", &[&embedded(to.path())]).gave_up_naming(&named);
    let foreign = ["[job-00000", "not in the source", "nothing was written"];
    copy(from.path(), to.path(), &["--resume"]).gave_up_naming(&foreign);
    assert_eq!(served(to.path()), before);
}

#[test]
fn stores_are_merged() {
    let (one, two, all) = (folder(), folder(), folder());
    put_odd(one.path());
    put_jobs(two.path(), 20);
    same(&copy(one.path(), all.path(), &["--merge"]));
    for created in ["20 written", "0 written, 20 were there already"] {
        let ended = copy(two.path(), all.path(), &["--merge"]);
        assert!(ended.status.success(), "{ended:#?}");
        assert!(ended.output.contains(&format!("sync jobs: {created}")), "{ended:#?}");
        assert!(ended.output.contains("merged:"), "{ended:#?}");
    }
    let before = served(all.path());
    let contrary = folder();
    let other = |id: &str, text: &str| (id.to_owned(), text.to_owned());
    let jobs = [other("job-000001", "{}"), other("new", "{}")];
    put(contrary.path(), Collection::SYNC_JOBS, jobs);
    let connectors = [other("rival", r#"{"index_name":"search-a"}"#)];
    put(contrary.path(), Collection::CONNECTORS, connectors);
    let ended = copy(contrary.path(), all.path(), &["--merge"]);
    let named = [
        "the sync job [job-000001] is there already with other content",
        "the connector [rival] wants the index name [search-a], which connector [plain] has",
        "2 documents were left out",
    ];
    different(&ended, &named);
    let after = served(all.path());
    assert!(before.iter().all(|text| after.contains(text)), "nothing that was there is changed");
    assert_eq!(after.len(), before.len() + 1);
}

#[test]
fn a_killed_copy_can_be_resumed() {
    let (from, to) = (folder(), folder());
    put_odd(from.path());
    put_jobs(from.path(), 12_000);
    let mut random = 0x5eed_u64;
    let mut killed = 0;
    for _ in 0..8 {
        let mut child = Command::new(binary())
            .args(["copy", "--resume", "--from", &embedded(from.path()), "--to", &embedded(to.path())])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        // Before that line the stores are being opened.
        while log.next().is_some_and(|line| !line.unwrap().starts_with("copying: sync jobs")) {}
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(std::time::Duration::from_millis((random >> 33) % 150));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0, "every copy was faster than its end");
    same(&copy(from.path(), to.path(), &["--resume"]));
    same(&copy(from.path(), to.path(), &["--resume"]));
}

#[test]
fn transfers_through_a_pipe_are_exact() {
    let (from, to, copied) = (folder(), folder(), folder());
    put_odd(from.path());
    put_jobs(from.path(), 2_500);
    let urls = [embedded(from.path()), embedded(to.path())];
    let line = "\"$B\" export --from \"$1\" | \"$B\" import --to \"$2\"";
    let piped = shell(line, &[&urls[0], &urls[1]]);
    assert_eq!(same(&piped), same(&copy(from.path(), copied.path(), &[])));
    let told = piped.log.lines().filter(|line| line.contains("digest")).count();
    assert_eq!(told, 2, "the export tells what it wrote: {piped:#?}");

    let file = from.path().join("export.ndjson");
    let file = file.to_str().unwrap();
    let exported = run(&["export", "--from", &urls[0], file]);
    assert!(exported.status.success() && exported.output.is_empty(), "{exported:#?}");
    run(&["export", "--from", &urls[0], file]).gave_up_naming(&[file, "exists already"]);
    let lines = fs::read_to_string(file).unwrap();
    assert_eq!(lines.lines().count(), 2 * (ODD_CONNECTORS.len() + ODD_JOBS.len() + 2_500));
    let again = folder();
    same(&run(&["import", "--to", &embedded(again.path()), file]));
    same(&run(&["import", "--to", &embedded(again.path()), file, "--resume"]));
}

#[test]
fn answers_of_a_service_are_imported() {
    let server = Server::start("memory:");
    let scenario = Scenario(&server);
    scenario.connector("connector-1");
    for _ in 0..3 {
        scenario.job("connector-1", "full");
    }
    let to = folder();
    let url = embedded(to.path());
    for (path, collection) in
        [("/_connector?pretty", "connectors"), ("/_connector/_sync_job?size=2", "sync-jobs")]
    {
        let file = to.path().join(collection);
        fs::write(&file, server.get(path).expect(200).body).unwrap();
        let arguments =
            ["import", "--merge", "--to", &url, "--collection", collection, file.to_str().unwrap()];
        let ended = run(&arguments);
        assert!(ended.status.success(), "{ended:#?}");
        if collection == "sync-jobs" {
            assert!(ended.output.contains("has 2 documents of 3 that match"), "{ended:#?}");
        }
    }
    let connector = server.get("/_connector/connector-1").expect(200).body;
    server.stop();
    let arrived = served(to.path());
    assert_eq!(arrived.len(), 3);
    assert!(arrived.contains(&connector), "{arrived:#?}");
}

#[test]
fn invalid_input_is_reported_by_line() {
    let to = folder();
    let file = to.path().join("input");
    let hit = r#"{"_index":".elastic-connectors","_id":"good","_source":{}}"#;
    let cases = [
        (format!("{hit}\nnonsense\n"), "line 2: this is no JSON"),
        (hit.replace(".elastic-connectors", "mine"), "line 1: the index [mine]"),
        (
            format!("{hit}\n{{\"create\":{{\"_index\":\".elastic-connectors\",\"_id\":\"x\"}}}}\n"),
            "line 2: the document of the action is missing",
        ),
        (format!("[{hit},\n"), "line 2: EOF while parsing"),
    ];
    for (place, (input, reason)) in cases.iter().enumerate() {
        fs::write(&file, input).unwrap();
        let store = to.path().join(place.to_string());
        let ended = run(&["import", "--to", &embedded(&store), file.to_str().unwrap()]);
        assert_eq!(ended.status.code(), Some(1), "{ended:#?}");
        assert_eq!(ended.output.lines().last(), Some("INCOMPLETE"), "{ended:#?}");
        assert!(ended.output.contains(&format!("not understood: {reason}")), "{ended:#?}");
        assert!(ended.log.contains("INCOMPLETE: 1 places of the input"), "{ended:#?}");
        assert_eq!(served(&store).len(), usize::from(!reason.contains("mine")), "{input}");
    }
    let store = embedded(&to.path().join("empty"));
    let nothing = shell("\"$B\" import --to \"$1\" < /dev/null", &[&store]);
    assert!(nothing.output.contains("no document in the input"), "{nothing:#?}");
    same(&nothing);
}

#[test]
fn a_closed_output_is_an_error() {
    let (from, to) = (folder(), folder());
    put_odd(from.path());
    put_jobs(from.path(), 2_500);
    let (url, target) = (embedded(from.path()), embedded(to.path()));
    let line = "{ \"$B\" export --from \"$1\"; echo \"code $?\" >&2; } | head -1 > /dev/null";
    let ended = shell(line, &[&url]);
    assert!(ended.log.contains("nobody reads the output any more"), "{ended:#?}");
    assert!(ended.log.contains("code 1"), "{ended:#?}");
    let full = ["cannot be written", "not complete"];
    shell("exec \"$B\" export --from \"$1\" > /dev/full", &[&url]).gave_up_naming(&full);
    run(&["export", "--from", &url, "/dev/full"]).gave_up_naming(&full);
    let full = ["summary cannot be written", "everything else is done"];
    shell("exec \"$B\" copy --from \"$1\" --to \"$2\" > /dev/full", &[&url, &target]).gave_up_naming(&full);
    same(&copy(from.path(), to.path(), &["--resume"]));
}
