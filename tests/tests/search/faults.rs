//! A proxy in front of the engine that delays, breaks, rejects and loses responses.

use std::time::{Duration, Instant};

use tributary_engines::{Endpoint, selected, shared};
use tributary_tests::{Answer, Fault, Proxy, Scenario, Server, wait_until};

use crate::{JOBS, import, is_away, opensearch, over, over_url};

/// Long enough for a busy machine to answer, short enough for a test.
const READ_DEADLINE: Duration = Duration::from_secs(4);
const DEADLINE: Duration = Duration::from_secs(6);
/// The tolerance beyond a request's deadline.
const MARGIN: Duration = Duration::from_secs(2);
/// More than the number of attempts of any request.
const ALWAYS: usize = usize::MAX;
/// All requests.
const PASSING: [Fault; 6] = [
    Fault::CutBefore,
    Fault::LoseAnswer,
    Fault::Answer(429),
    Fault::Answer(502),
    Fault::Answer(503),
    Fault::Delay(Duration::from_millis(300)),
];

/// The engine shared by these tests; `None` if it is not selected for this run.
fn engine() -> Option<&'static Endpoint> {
    selected("opensearch").then(|| shared(opensearch()).unwrap())
}

fn prefix(test: &str) -> String {
    format!("{test}-{}-", std::process::id())
}

/// A ready service with these nodes.
fn through(proxies: &[&Proxy], prefix: &str) -> Server {
    let urls: Vec<String> = proxies.iter().map(|proxy| proxy.url()).collect();
    let server = over_url(&urls.join(","), prefix)
        .variable("TRIBUTARY_OPENSEARCH_READ_DEADLINE", READ_DEADLINE.as_secs().to_string())
        .variable("TRIBUTARY_OPENSEARCH_DEADLINE", DEADLINE.as_secs().to_string())
        .start();
    wait_until("it is ready", || server.get("/_health/ready").status == 200);
    server
}

/// Sends a request that the engine never answers; it must end at its deadline.
fn ends_at(deadline: Duration, request: impl FnOnce() -> Answer) {
    let start = Instant::now();
    is_away(&request());
    let elapsed = start.elapsed();
    assert!(elapsed < deadline + MARGIN, "the deadline of {deadline:?} holds: {elapsed:?}");
    assert!(elapsed > deadline / 2, "it was tried for a while: {elapsed:?}");
}

fn create(server: &Server) -> Answer {
    server.send("POST", JOBS, r#"{"id":"c"}"#)
}

fn count(server: &Server) -> usize {
    server.list(&format!("{JOBS}?size=0")).count
}

#[test]
fn reads_are_retried_within_their_deadline() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let server = through(&[&proxy], &prefix("reads"));
    Scenario(&server).connector("c");
    let job = Scenario(&server).job("c", "full");
    for fault in PASSING {
        for (part, path) in [
            ("/_search?", JOBS.to_owned()),
            ("/_mget", format!("{JOBS}/{job}")),
            ("/_search?", "/_health/ready".to_owned()),
            ("point_in_time", "/_connector".to_owned()),
        ] {
            let before = proxy.seen(part);
            proxy.fail(part, 3, fault);
            let answer = server.get(&path).expect(200);
            assert!(
                answer.body.contains(&job) || !path.starts_with(JOBS),
                "{fault:?} {path}: {}",
                answer.body
            );
            if !matches!(fault, Fault::Delay(_)) {
                assert!(proxy.is_done(), "{fault:?} {path}");
                assert!(proxy.seen(part) >= before + 4, "{fault:?} {path}");
            }
            proxy.clear();
        }
    }
}

#[test]
fn a_list_is_repeated_if_its_point_in_time_is_lost() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let server = through(&[&proxy], &prefix("point"));
    Scenario(&server).connector("c");
    proxy.fail("/_search?", 2, Fault::Answer(404));
    assert_eq!(server.list("/_connector").ids(), ["c"]);
    assert!(proxy.is_done());
    proxy.fail("/_search?", ALWAYS, Fault::Answer(404));
    is_away(&server.get("/_connector"));
}

#[test]
fn retried_changes_are_applied_once() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let prefix = prefix("changes");
    let server = through(&[&proxy], &prefix);
    Scenario(&server).connector("c");
    for (number, fault) in PASSING.into_iter().enumerate() {
        let times = if matches!(fault, Fault::Delay(_)) { 1 } else { 2 };
        let told = |what: &str| {
            assert!(proxy.is_done(), "{fault:?} {what}");
            proxy.fail("/_bulk", times, fault);
        };
        proxy.fail("/_bulk", times, fault);
        let connector = format!("connector-{number}");
        Scenario(&server).connector(&connector);
        told("connector");
        let job = Scenario(&server).job(&connector, "full");
        assert_eq!(count(&server), 1, "{fault:?}");
        told("job");
        Scenario(&server).claim(&job, "worker");
        // A request for the same index name conflicts with the first connector.
        let taken = format!(r#"{{"index_name":"search-{connector}"}}"#);
        server.put("/_connector/rival", &taken).refused_naming(400, &[&connector]);
        told("claim");
        let statistics =
            r#"{"deleted_document_count":1,"indexed_document_count":2,"indexed_document_volume":3}"#;
        Scenario(&server).change(&job, "_stats", statistics);
        let stored = server.get(&format!("{JOBS}/{job}")).expect(200).json();
        assert_eq!(
            (&stored["worker_hostname"], &stored["indexed_document_volume"]),
            (&"worker".into(), &3.into())
        );
        told("statistics");
        let _ = server.call("DELETE", &format!("{JOBS}/{job}")).expect(200);
        assert_eq!(count(&server), 0, "{fault:?}");
        proxy.clear();
    }
}

#[test]
fn a_job_claimed_before_its_creation_is_retried_is_created_once() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let prefix = prefix("lost");
    let server = through(&[&proxy], &prefix);
    let other = over(engine, &prefix).start();
    Scenario(&server).connector("c");
    proxy.fail("/_bulk", 1, Fault::LoseAnswer);
    // The second attempt comes after a worker has claimed the job.
    proxy.fail("/_bulk", 1, Fault::Delay(Duration::from_secs(2)));
    std::thread::scope(|scope| {
        let created = scope.spawn(|| create(&server).expect(201).id());
        let mut ids = Vec::new();
        wait_until("the job is there", || {
            ids = other.list(JOBS).ids();
            !ids.is_empty()
        });
        Scenario(&other).claim(&ids[0], "worker");
        assert!(!created.is_finished(), "the answer came before the job was taken");
        assert_eq!(created.join().unwrap(), ids[0]);
    });
    assert_eq!(count(&server), 1);
    assert!(server.list(JOBS).texts()[0].contains(r#""worker_hostname":"worker""#));
}

#[test]
fn at_the_deadline_a_request_ends_and_nothing_is_half_written() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let server = through(&[&proxy], &prefix("deadline"));
    Scenario(&server).connector("c");
    let job = Scenario(&server).job("c", "full");
    let path = format!("{JOBS}/{job}");
    let before = server.get(&path).expect(200).body;
    let claim = || server.put(&format!("{path}/_claim"), r#"{"worker_hostname":"w"}"#);

    for fault in [Fault::CutBefore, Fault::Answer(429), Fault::Answer(503), Fault::Hang] {
        proxy.fail("/_bulk", ALWAYS, fault);
        std::thread::scope(|scope| {
            scope.spawn(|| ends_at(DEADLINE, || create(&server)));
            scope.spawn(|| ends_at(DEADLINE, claim));
        });
        proxy.clear();
        assert_eq!(count(&server), 1, "{fault:?}");
        assert_eq!(server.get(&path).expect(200).body, before, "{fault:?}");
    }

    // Every request ends, and the service reports that it is not ready.
    for fault in [Fault::Answer(502), Fault::Hang] {
        proxy.fail("", ALWAYS, fault);
        std::thread::scope(|scope| {
            for read in [JOBS, "/_connector", &path, "/_health/ready"] {
                scope.spawn(|| ends_at(READ_DEADLINE, || server.get(read)));
            }
            let _ = server.get("/_health/live").expect(200);
        });
        proxy.clear();
        wait_until("it is ready again", || server.get("/_health/ready").status == 200);
        assert_eq!(server.list(JOBS).ids(), [job.as_str()]);
    }

    // Applied but never answered: the document exists, complete and once.
    proxy.fail("/_bulk", ALWAYS, Fault::LoseAnswer);
    ends_at(DEADLINE, || create(&server));
    proxy.clear();
    let listing = server.list(JOBS);
    assert_eq!(listing.count, 2);
    for text in listing.texts() {
        assert!(text.contains(r#""status":"pending""#) && text.contains(r#""metadata":{}"#), "{text}");
    }
}

#[test]
fn a_request_of_many_steps_has_one_deadline() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let server = through(&[&proxy], &prefix("steps"));
    Scenario(&server).connector("c");
    let name = || server.put("/_connector/c", r#"{"index_name":"search-other"}"#);
    // Every single step is in time: those of a list, and those of a change after loading.
    for (deadline, delay, request) in [
        (READ_DEADLINE, 2_500, &(|| server.get("/_connector")) as &dyn Fn() -> Answer),
        (DEADLINE, 3_500, &name),
    ] {
        let before = proxy.seen("");
        proxy.fail("", ALWAYS, Fault::Delay(Duration::from_millis(delay)));
        ends_at(deadline, request);
        assert!(proxy.seen("") >= before + 2, "it takes several steps");
        proxy.clear();
    }
    let found = server.get("/_connector/c").expect(200).json();
    assert!(["search-c", "search-other"].iter().any(|whole| found["index_name"] == *whole), "{found}");
    let _ = name().expect(200);
}

#[test]
fn a_document_that_a_proxy_rejects_is_refused() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let server = through(&[&proxy], &prefix("length"));
    Scenario(&server).connector("c");
    proxy.fail("/_bulk", 1, Fault::Answer(413));
    create(&server).refused_naming(400, &["length"]);
    assert!(proxy.is_done());
    assert_eq!(count(&server), 0);
}

#[test]
fn a_service_that_starts_before_its_engine_serves_once_it_is_available() {
    let Some(engine) = engine() else { return };
    for fault in [Fault::Hang, Fault::Answer(503)] {
        let proxy = Proxy::to(&engine.url);
        proxy.fail("", ALWAYS, fault);
        let server = over_url(&proxy.url(), &prefix("start"))
            .variable("TRIBUTARY_OPENSEARCH_READ_DEADLINE", "4")
            .start();
        let start = Instant::now();
        is_away(&server.get(JOBS));
        is_away(&server.get("/_health/ready"));
        assert!(start.elapsed() < Duration::from_secs(8) + MARGIN, "{:?}", start.elapsed());
        let _ = server.get("/_health/live").expect(200);
        proxy.clear();
        wait_until("it is ready", || server.get("/_health/ready").status == 200);
        let _ = server.list(JOBS);
    }
}

#[test]
fn an_import_continues_when_the_engine_is_back() {
    let Some(engine) = engine() else { return };
    let proxy = Proxy::to(&engine.url);
    let prefix = prefix("import");
    // Longer than one deadline, with some changes that are applied but not answered.
    proxy.fail("/_bulk", 3, Fault::LoseAnswer);
    proxy.fail("/_bulk", 25, Fault::Answer(503));
    import(&proxy.url(), &prefix, (0..3_000).map(|number| format!("job-{number:04}")));
    assert!(proxy.is_done());
    let server = over(engine, &prefix).start();
    assert_eq!(server.list(&format!("{JOBS}?status=pending&size=0")).count, 3_000);
}

#[test]
fn another_node_replaces_a_failing_one() {
    let Some(engine) = engine() else { return };
    for (number, fault) in [Fault::CutBefore, Fault::Answer(503), Fault::Hang].into_iter().enumerate() {
        let nodes = [Proxy::to(&engine.url), Proxy::to(&engine.url)];
        let server = through(&[&nodes[0], &nodes[1]], &prefix(&format!("nodes-{number}")));
        Scenario(&server).connector("c");
        // Whichever node is tried first: first one fails, then the other.
        for (bad, good) in [(0, 1), (1, 0)] {
            nodes[bad].fail("", ALWAYS, fault);
            let _ = server.list(JOBS);
            Scenario(&server).job("c", "full");
            let (missed, taken) = (nodes[bad].seen(""), nodes[good].seen(""));
            let _ = server.list(JOBS);
            assert_eq!(nodes[bad].seen(""), missed, "{fault:?}: the good one is asked first from then on");
            assert!(nodes[good].seen("") > taken);
            nodes[bad].clear();
        }
        assert_eq!(count(&server), 2);
        // The good node fails briefly too: the hanging one must not use up all the remaining time.
        let [first, second] = &nodes;
        first.fail("", ALWAYS, fault);
        second.fail("", 1, Fault::Answer(503));
        assert_eq!(count(&server), 2, "{fault:?}");
    }
}
