//! Each engine for real: it starts, stands still and goes on, survives a kill with its data, and is gone when dropped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tributary_engines::{Distribution, Endpoint, Engine, EngineOptions, selected};
use ureq::http::header::AUTHORIZATION;

/// Asks an engine, and answers its status and body, or nothing if it did not answer in time.
fn ask(
    endpoint: &Endpoint,
    method: &str,
    path: &str,
    body: Option<&Value>,
    patience: Duration,
) -> Option<(u16, Value)> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .build()
        .new_agent();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", endpoint.url));
    if let Some(authorization) = endpoint.authorization() {
        request = request.header(AUTHORIZATION, authorization);
    }
    let text = body.map(Value::to_string).unwrap_or_default();
    let request = request.header("content-type", "application/json").body(text).unwrap();
    let mut answer = agent.run(request).ok()?;
    Some((answer.status().as_u16(), answer.body_mut().read_json().ok()?))
}

fn answered(endpoint: &Endpoint, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    ask(endpoint, method, path, body, Duration::from_mins(1)).expect("an answer")
}

/// Who is alive, by the numbers of processes.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// The processes that have a folder in their command line or environment: all that an engine started.
fn processes_of(folder: &Path) -> Vec<u32> {
    let needle = folder.to_str().unwrap().as_bytes();
    let mentions = |file: PathBuf| {
        std::fs::read(file).is_ok_and(|text| text.windows(needle.len()).any(|window| window == needle))
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        if let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            && (mentions(entry.path().join("cmdline")) || mentions(entry.path().join("environ")))
        {
            found.push(pid);
        }
    }
    found
}

fn lives(backend: &str) {
    if !selected(backend) {
        return;
    }
    let distribution = Distribution::of_backend(backend).unwrap();
    let mut engine = Engine::start(distribution, &EngineOptions::default()).unwrap();
    let folder = engine.folder().to_owned();
    let endpoint = engine.endpoint().clone();
    check_identity(&endpoint);

    let document = json!({ "name": "kept" });
    let (status, answer) = answered(&endpoint, "PUT", "/things/_doc/1", Some(&document));
    assert_eq!(status, 201, "{answer}");

    engine.pause().unwrap();
    assert_eq!(ask(&endpoint, "GET", "/things/_doc/1", None, Duration::from_millis(500)), None);
    engine.resume().unwrap();
    assert_eq!(answered(&endpoint, "GET", "/things/_doc/1", None).1["_source"], document);

    let first = engine.pid().unwrap();
    assert!(is_alive(first) && engine.is_running().unwrap());
    engine.kill().unwrap();
    assert!(!is_alive(first) && !engine.is_running().unwrap());
    assert_eq!(engine.pid(), None);
    assert_eq!(processes_of(&folder), [] as [u32; 0], "after the kill");
    assert_eq!(ask(&endpoint, "GET", "/things/_doc/1", None, Duration::from_secs(5)), None);

    engine.restart().unwrap();
    assert_eq!(engine.endpoint().url, endpoint.url);
    let second = engine.pid().unwrap();
    assert_ne!(second, first);
    assert_eq!(answered(&endpoint, "GET", "/things/_doc/1", None).1["_source"], document);

    assert!(processes_of(&folder).contains(&second));
    drop(engine);
    assert!(!is_alive(second));
    assert_eq!(processes_of(&folder), [] as [u32; 0], "after the drop");
    assert!(!folder.exists());
}

/// Product and version are those that were asked for, and security is as the table says.
fn check_identity(endpoint: &Endpoint) {
    let distribution = endpoint.distribution;
    let (status, answer) = answered(endpoint, "GET", "/_nodes/_local?filter_path=nodes.*.version", None);
    assert_eq!(status, 200, "{answer}");
    let nodes = answer["nodes"].as_object().unwrap();
    assert_eq!(nodes.values().next().unwrap()["version"], distribution.version);
    let stranger = Endpoint { user: None, password: None, ..endpoint.clone() };
    let expected = if distribution.security { 401 } else { 200 };
    assert_eq!(answered(&stranger, "GET", "/_cluster/health", None).0, expected);
}

#[test]
fn opensearch_3_lives() {
    lives("opensearch");
}

#[test]
fn opensearch_2_lives() {
    lives("opensearch-2");
}

#[test]
fn elasticsearch_9_lives() {
    lives("elasticsearch");
}

#[test]
fn elasticsearch_8_lives() {
    lives("elasticsearch-8");
}

#[test]
fn an_engine_that_cannot_start_says_why() {
    if !selected("opensearch-2") {
        return;
    }
    let options = EngineOptions {
        settings: vec![("no.such.setting".to_owned(), "1".to_owned())],
        ..EngineOptions::default()
    };
    let error = Engine::start(Distribution::of_backend("opensearch-2").unwrap(), &options).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("OpenSearch 2.19.4 ended while it started"), "{text}");
    assert!(text.contains("unknown setting [no.such.setting]"), "{text}");
}

#[test]
fn a_process_shares_one_engine() {
    if !selected("opensearch-2") {
        return;
    }
    let distribution = Distribution::of_backend("opensearch-2").unwrap();
    let endpoints: Vec<String> = std::thread::scope(|scope| {
        let ask = || scope.spawn(|| tributary_engines::shared(distribution).unwrap().url.clone());
        let asking: Vec<_> = (0..3).map(|_| ask()).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(endpoints.iter().all(|url| *url == endpoints[0]), "{endpoints:?}");
    assert_eq!(
        answered(tributary_engines::shared(distribution).unwrap(), "GET", "/_cluster/health", None).0,
        200
    );
}
