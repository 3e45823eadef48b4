//! No acknowledged write is lost: several connections write while the process is killed at random times.
#![allow(missing_docs, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tributary_tests::{Connection, Scenario, Server, embedded, folder};

const ROUNDS: u64 = 20;
/// How many jobs have to be written in all rounds; a busy machine needs more rounds for them.
const JOBS: usize = 100;
const WRITERS: usize = 6;
const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

/// What a writer knows of a job: the last acknowledged status, and one that was requested but not acknowledged.
#[derive(Debug, Clone, Default)]
struct Known {
    acknowledged: &'static str,
    in_flight: Option<&'static str>,
}

/// The transitions of a job after its creation: call, body, resulting status.
const STEPS: [(&str, &str, &str); 2] = [
    ("_claim", r#"{"worker_hostname":"w"}"#, "in_progress"),
    ("_complete", r#"{"total_document_count":7}"#, "completed"),
];

/// Writes until the service is gone.
fn write(address: std::net::SocketAddr) -> BTreeMap<String, Known> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let Ok(mut connection) = Connection::open(address) else { return known };
    loop {
        let created =
            connection.request("POST", "/_connector/_sync_job", JSON, Some(br#"{"id":"connector-1"}"#));
        let Ok(created) = created else { return known };
        let id = created.expect(201).id();
        known.insert(id.clone(), Known { acknowledged: "pending", in_flight: None });
        for (verb, body, status) in STEPS.iter().take(known.len() % 3) {
            let entry = known.entry(id.clone()).or_default();
            entry.in_flight = Some(status);
            let path = format!("/_connector/_sync_job/{id}/{verb}");
            let Ok(changed) = connection.request("PUT", &path, JSON, Some(body.as_bytes())) else {
                return known;
            };
            let _ = changed.expect(200);
            *entry = Known { acknowledged: status, in_flight: None };
        }
    }
}

/// All jobs in list order, fetched page by page within the limit of a list.
fn all_jobs(server: &Server, filter: &str) -> (usize, Vec<Value>) {
    let mut jobs = Vec::new();
    loop {
        let page = server.list(&format!("/_connector/_sync_job?{filter}&size=500&from={}", jobs.len()));
        jobs.extend(page.texts().iter().map(|text| serde_json::from_str::<Value>(text).unwrap()));
        if jobs.len() >= page.count || page.results.is_empty() || jobs.len() >= 9_500 {
            return (page.count, jobs);
        }
    }
}

fn check(server: &Server, known: &BTreeMap<String, Known>) {
    for (id, known) in known {
        let job = server.get(&format!("/_connector/_sync_job/{id}")).expect(200).json();
        let status = job["status"].as_str().unwrap();
        assert!(
            status == known.acknowledged || Some(status) == known.in_flight,
            "{id} is {status}: {known:?}"
        );
    }
    let (count, jobs) = all_jobs(server, "");
    let place = |job: &Value| {
        (job["created_at"].as_str().unwrap().to_owned(), job["id"].as_str().unwrap().to_owned())
    };
    let places: Vec<_> = jobs.iter().map(place).collect();
    assert!(places.is_sorted(), "the order of the list");
    assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len(), "a job twice");
    assert!(count >= known.len(), "{count} jobs, {} acknowledged", known.len());
    let by_status: usize = ["pending", "in_progress", "completed"]
        .iter()
        .map(|status| all_jobs(server, &format!("status={status}")).0)
        .sum();
    assert_eq!(by_status, count, "every job has one status");
}

#[test]
fn every_acknowledged_write_survives_twenty_kills() {
    let folder = folder();
    let mut known = BTreeMap::new();
    let mut random = 0x5eed_u64;
    for round in 0..5 * ROUNDS {
        if round >= ROUNDS && known.len() > JOBS {
            break;
        }
        let server = Server::start(&embedded(folder.path()));
        if round == 0 {
            Scenario(&server).connector("connector-1");
        }
        check(&server, &known);
        let address = server.address();
        let writers: Vec<_> = (0..WRITERS).map(|_| std::thread::spawn(move || write(address))).collect();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(10 + (random >> 33) % 90));
        server.kill();
        for writer in writers {
            known.extend(writer.join().unwrap());
        }
    }
    let server = Server::start(&embedded(folder.path()));
    check(&server, &known);
    assert!(known.len() > JOBS, "only {} jobs were written", known.len());
    server.stop();
}
