//! Several services over one search engine, and an engine that hangs, dies and recovers.
#![allow(missing_docs, reason = "a test")]

mod blocked;
mod faults;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use tributary_engines::{Distribution, Endpoint, Engine, EngineOptions, selected, shared};
use tributary_tests::{Answer, Connection, Launch, Scenario, Server, folder, wait_until};

const JOBS: &str = "/_connector/_sync_job";
const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];
const CLAIMERS: usize = 32;

fn opensearch() -> &'static Distribution {
    Distribution::of_backend("opensearch").expect("a backend with a server")
}

/// A start over a server, with indices of the test's own.
fn over(endpoint: &Endpoint, prefix: &str) -> Launch {
    over_url(&endpoint.url, prefix)
}

fn over_url(url: &str, prefix: &str) -> Launch {
    Launch::over(&format!("opensearch:{url}")).variable("TRIBUTARY_OPENSEARCH_INDEX_PREFIX", prefix)
}

/// Pending jobs with these ids, imported from a file.
fn import(url: &str, prefix: &str, names: impl Iterator<Item = String>) {
    let mut lines = String::new();
    for name in names {
        let _ = writeln!(
            lines,
            r#"{{"create":{{"_index":".elastic-connectors-sync-jobs-v1","_id":"{name}"}}}}
{{"status":"pending","job_type":"full","created_at":"2026-01-02T03:04:05.000Z","connector":{{"id":"c"}},"metadata":{{}}}}"#
        );
    }
    let folder = folder();
    let file = folder.path().join("jobs.ndjson");
    std::fs::write(&file, lines).unwrap();
    let store = format!("opensearch:{url}");
    // Making the indices may take a busy engine longer than the deadline below.
    drop(over_url(url, prefix).start());
    let imported = Launch::bare()
        .variable("TRIBUTARY_OPENSEARCH_INDEX_PREFIX", prefix)
        .variable("TRIBUTARY_OPENSEARCH_DEADLINE", "2")
        .arguments(["import", "--to", &store, file.to_str().unwrap()])
        .finish();
    assert!(imported.status.success(), "{imported:#?}");
}

#[test]
fn of_many_claims_through_two_services_one_wins_and_no_update_is_lost() {
    if !selected("opensearch") {
        return;
    }
    let endpoint = shared(opensearch()).unwrap();
    let prefix = format!("claims-{}-", std::process::id());
    let names: Vec<String> = (0..1_000).map(|number| format!("job-{number:04}")).collect();
    import(&endpoint.url, &prefix, names.iter().cloned());
    let services = [over(endpoint, &prefix).start(), over(endpoint, &prefix).start()];
    assert_eq!(services[0].list(&format!("{JOBS}?status=pending&size=0")).count, names.len());

    let won: Mutex<BTreeMap<&str, Vec<usize>>> = Mutex::default();
    let start = Barrier::new(CLAIMERS);
    std::thread::scope(|scope| {
        for claimer in 0..CLAIMERS {
            let (service, names, won, start) = (&services[claimer % 2], &names, &won, &start);
            scope.spawn(move || {
                let mut connection = service.connect();
                let body = format!(r#"{{"worker_hostname":"worker-{claimer}"}}"#);
                start.wait();
                // Four workers claim each job at about the same time, two through each service.
                for (_, name) in names.iter().enumerate().filter(|(number, _)| number % 8 == claimer / 4) {
                    let path = format!("{JOBS}/{name}/_claim");
                    let answer = connection.request("PUT", &path, JSON, Some(body.as_bytes())).unwrap();
                    match answer.status {
                        200 => won.lock().unwrap().entry(name).or_default().push(claimer),
                        _ => answer.refused_naming(409, &[name, "already claimed by worker"]),
                    }
                }
            });
        }
    });
    let won = won.into_inner().unwrap();
    assert_eq!(won.len(), names.len(), "every job was claimed");
    for (name, claimers) in &won {
        let [claimer] = claimers[..] else { panic!("{name} was claimed by {claimers:?}") };
        let job = services[1].get(&format!("{JOBS}/{name}")).expect(200).json();
        assert_eq!(job["worker_hostname"], format!("worker-{claimer}"));
    }
    assert_eq!(services[0].list(&format!("{JOBS}?status=in_progress&size=0")).count, names.len());

    // Every worker adds metadata of its own to one job, concurrently.
    std::thread::scope(|scope| {
        for claimer in 0..CLAIMERS {
            let service = &services[claimer % 2];
            scope.spawn(move || {
                let body = format!(
                    r#"{{"deleted_document_count":0,"indexed_document_count":0,"indexed_document_volume":0,"metadata":{{"claimer-{claimer}":1.10}}}}"#
                );
                let _ = service.put(&format!("{JOBS}/job-0000/_stats"), &body).expect(200);
            });
        }
    });
    let job = services[0].get(&format!("{JOBS}/job-0000")).expect(200);
    for claimer in 0..CLAIMERS {
        assert!(
            job.body.contains(&format!(r#""claimer-{claimer}":1.10"#)),
            "an update is lost: {}",
            job.body
        );
    }
}

#[test]
fn of_connectors_that_want_one_index_through_two_services_one_gets_it() {
    if !selected("opensearch") {
        return;
    }
    let endpoint = shared(opensearch()).unwrap();
    let prefix = format!("index-names-{}-", std::process::id());
    let services = [over(endpoint, &prefix).start(), over(endpoint, &prefix).start()];
    let ids: Vec<String> = (0..CLAIMERS).map(|number| format!("connector-{number:02}")).collect();
    for id in &ids {
        let _ = services[0].put(&format!("/_connector/{id}"), "").expect(201);
    }
    for round in 0..8 {
        let wanted = format!("search-{round}");
        let body = format!(r#"{{"index_name":"{wanted}"}}"#);
        let start = Barrier::new(ids.len());
        let won: Mutex<Vec<&str>> = Mutex::default();
        std::thread::scope(|scope| {
            for (number, id) in ids.iter().enumerate() {
                let (service, body, won, start, wanted) =
                    (&services[number % 2], &body, &won, &start, &wanted);
                scope.spawn(move || {
                    let mut connection = service.connect();
                    start.wait();
                    let path = format!("/_connector/{id}/_index_name");
                    let answer = connection.request("PUT", &path, JSON, Some(body.as_bytes())).unwrap();
                    match answer.status {
                        200 => won.lock().unwrap().push(id),
                        _ => answer.refused_naming(400, &[wanted, "already used by connector"]),
                    }
                });
            }
        });
        let won = won.into_inner().unwrap();
        assert_eq!(won.len(), 1, "{wanted} went to {won:?}");
        let holders = services[round % 2].list(&format!("/_connector?index_name={wanted}"));
        assert_eq!(holders.ids(), won);
    }
}

/// Checks the error for an unavailable store: 503 in the common format, with `Retry-After`.
fn is_away(answer: &Answer) {
    answer.refused_naming(503, &["not available"]);
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

#[test]
fn an_engine_that_hangs_or_dies_is_reported_and_used_again() {
    if !selected("opensearch") {
        return;
    }
    let mut engine = Engine::start(opensearch(), &EngineOptions::default()).unwrap();
    let launch = |engine: &Engine| {
        over(engine.endpoint(), "")
            .variable("TRIBUTARY_OPENSEARCH_READ_DEADLINE", "4")
            .variable("TRIBUTARY_OPENSEARCH_DEADLINE", "8")
            .start()
    };
    let server = launch(&engine);
    // On a busy machine creating the indices may take longer than the deadline of a request.
    wait_until("it is ready", || server.get("/_health/ready").status == 200);
    Scenario(&server).connector("connector-1");
    let kept = Scenario(&server).job("connector-1", "full");

    engine.pause().unwrap();
    let start = Instant::now();
    is_away(&server.get(JOBS));
    is_away(&server.put(&format!("{JOBS}/{kept}/_check_in"), ""));
    is_away(&server.get("/_health/ready"));
    let _ = server.get("/_health/live").expect(200);
    assert!(start.elapsed() < Duration::from_mins(1), "deadlines hold: {:?}", start.elapsed());
    engine.resume().unwrap();
    wait_until("it is ready again", || server.get("/_health/ready").status == 200);
    assert_eq!(server.list(JOBS).count, 1);

    // Killed while several connections write; acknowledged writes must be there when it is back.
    let stop = AtomicBool::new(false);
    let written = AtomicUsize::new(0);
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let (server, stop, written) = (&server, &stop, &written);
                scope.spawn(move || write(server, stop, written))
            })
            .collect();
        wait_until("some jobs are written", || written.load(Ordering::Relaxed) > 20);
        engine.kill().unwrap();
        wait_until("it is told that the engine is gone", || server.get("/_health/ready").status == 503);
        let _ = server.get("/_health/live").expect(200);
        engine.restart().unwrap();
        let before = written.load(Ordering::Relaxed);
        wait_until("jobs are written again", || written.load(Ordering::Relaxed) > before + 20);
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    for id in acknowledged.iter().chain([&kept]) {
        let _ = server.get(&format!("{JOBS}/{id}")).expect(200);
    }
    assert!(server.list(&format!("{JOBS}?size=0")).count > acknowledged.len());

    // A service that starts while the engine is down serves as soon as the engine is up.
    engine.kill().unwrap();
    let early = launch(&engine);
    is_away(&early.get(JOBS));
    let _ = early.get("/_health/live").expect(200);
    engine.restart().unwrap();
    wait_until("it serves", || early.get("/_health/ready").status == 200);
    let _ = early.get(&format!("{JOBS}/{kept}")).expect(200);
    early.stop();
    server.stop();
    engine.stop().unwrap();
}

/// Creates jobs until told to stop; returns the acknowledged ones.
fn write(server: &Server, stop: &AtomicBool, written: &AtomicUsize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let answer = server.send("POST", JOBS, r#"{"id":"connector-1"}"#);
        if answer.status == 201 {
            acknowledged.push(answer.id());
            written.fetch_add(1, Ordering::Relaxed);
        } else {
            is_away(&answer);
        }
    }
    acknowledged
}

#[test]
fn an_unsupported_server_is_a_start_up_error() {
    if !selected("opensearch") {
        return;
    }
    let endpoint = shared(opensearch()).unwrap();
    let url = &endpoint.url;
    let wrong = Launch::over(&format!("elasticsearch:{url}")).finish();
    wrong.gave_up_naming(&["OpenSearch 3.8", "not Elasticsearch", "opensearch:http"]);
    let other = Server::start("memory:");
    let address = format!("opensearch:http://{}", other.address());
    Launch::over(&address).finish().gave_up_naming(&["does not answer as OpenSearch does"]);
    let secret = Launch::over("opensearch:http://me:hidden@127.0.0.1:1").finish();
    secret.gave_up_naming(&["[password]"]);
    assert!(!secret.log.contains("hidden"), "{}", secret.log);
    let without = over(endpoint, "x-").variable("TRIBUTARY_OPENSEARCH_USER", "me").finish();
    without.gave_up_naming(&["[user]", "[password]"]);
    let deadline = over(endpoint, "x-").variable("TRIBUTARY_OPENSEARCH_DEADLINE", "soon").finish();
    deadline.gave_up_naming(&["[deadline]", "1 to 3600"]);
}

#[test]
fn a_second_node_is_used_if_the_first_is_dead_and_secrets_are_not_logged() {
    if !selected("opensearch") {
        return;
    }
    let endpoint = shared(opensearch()).unwrap();
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let prefix = format!("nodes-{}-", std::process::id());
    let both = &[("USER", "somebody"), ("PASSWORD", "top-secret")][..];
    // Base64 of somebody:top-secret and of key-id:top-secret, which are sent as well.
    for (credentials, sent) in [
        (both, "c29tZWJvZHk6dG9wLXNlY3JldA"),
        (&[("API_KEY", "key-id:top-secret")], "a2V5LWlkOnRvcC1zZWNyZXQ"),
    ] {
        let mut launch = over_url(&format!("http://{dead},{}", endpoint.url), &prefix);
        for (name, value) in credentials {
            launch = launch.variable(&format!("TRIBUTARY_OPENSEARCH_{name}"), value);
        }
        let server = launch.arguments(["--log", "trace"]).start();
        let connector = format!("connector-{}", credentials.len());
        Scenario(&server).connector(&connector);
        let job = Scenario(&server).job(&connector, "full");
        Scenario(&server).claim(&job, "w");
        let _ = server.get(&format!("{JOBS}/{job}")).expect(200);
        let mut connection: Connection = server.connect();
        let _ = connection.request("GET", "/_health/ready", &[], None).unwrap().expect(200);
        let ended = server.stop();
        assert!(ended.log.contains("TRACE") && ended.log.contains("opensearch"), "the log is there");
        for secret in ["top-secret", sent] {
            assert!(!ended.log.contains(secret), "the log tells a secret");
        }
    }
}
