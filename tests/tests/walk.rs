//! The five requests of the documentation on jobs that went through the API, before and after restarts.
#![allow(missing_docs, reason = "a test")]

use tributary_tests::{Scenario, Server, embedded, folder};

/// All answers that are compared before and after a restart.
const READ: &[&str] = &[
    "/_connector/_sync_job",
    "/_connector/_sync_job?from=0&size=2",
    "/_connector/_sync_job?from=2&size=3",
    "/_connector/_sync_job?status=pending",
    "/_connector/_sync_job?status=canceled",
    "/_connector/_sync_job?connector_id=connector-1",
    "/_connector/_sync_job?job_type=full,incremental",
    "/_connector/_sync_job?job_type=full&status=completed&connector_id=connector-1",
    "/_connector",
    "/_connector?include_deleted=true",
    "/_connector/connector-1",
];

/// One job in each of the seven states, and two more; returns their ids in the order of creation.
fn one_job_in_each_status(server: &Server) -> Vec<String> {
    let scenario = Scenario(server);
    scenario.connector("connector-1");
    scenario.connector("connector-2");
    let pending = scenario.job("connector-1", "full");
    let claimed = scenario.job("connector-1", "incremental");
    scenario.claim(&claimed, "worker-1");
    let completed = scenario.job("connector-1", "full");
    scenario.claim(&completed, "worker-1");
    let counts = r#"{"deleted_document_count":1,"indexed_document_count":2,"indexed_document_volume":3}"#;
    scenario.change(&completed, "_stats", counts);
    scenario.change(&completed, "_complete", r#"{"indexed_document_count":5}"#);
    let failed = scenario.job("connector-1", "access_control");
    scenario.claim(&failed, "worker-2");
    scenario.change(&failed, "_error", r#"{"error":"out of fuel"}"#);
    let canceling = scenario.job("connector-2", "full");
    scenario.claim(&canceling, "worker-2");
    scenario.change(&canceling, "_cancel", "");
    let canceled = scenario.job("connector-2", "incremental");
    scenario.change(&canceled, "_cancel", "");
    let confirmed = scenario.job("connector-2", "access_control");
    scenario.claim(&confirmed, "worker-3");
    scenario.change(&confirmed, "_cancel", "");
    scenario.change(&confirmed, "_canceled", "");
    let suspended = scenario.job("connector-1", "full");
    scenario.claim(&suspended, "worker-3");
    scenario.change(&suspended, "_suspend", "");
    let waiting = scenario.job("connector-2", "full");
    vec![pending, claimed, completed, failed, canceling, canceled, confirmed, suspended, waiting]
}

fn check_list(server: &Server, query: &str, count: usize, jobs: &[String], expected: &[usize]) {
    let list = server.list(&format!("/_connector/_sync_job{query}"));
    let expected: Vec<&String> = expected.iter().map(|index| &jobs[*index]).collect();
    assert_eq!((list.count, list.ids().iter().collect()), (count, expected), "{query}");
}

fn check_documented_requests(server: &Server, jobs: &[String]) {
    check_list(server, "", 9, jobs, &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    check_list(server, "?from=0&size=2", 9, jobs, &[0, 1]);
    check_list(server, "?from=8&size=2", 9, jobs, &[8]);
    check_list(server, "?from=9&size=2", 9, jobs, &[]);
    check_list(server, "?size=0", 9, jobs, &[]);
    check_list(server, "?status=pending", 2, jobs, &[0, 8]);
    check_list(server, "?status=CANCELED", 2, jobs, &[5, 6]);
    check_list(server, "?connector_id=connector-1", 5, jobs, &[0, 1, 2, 3, 7]);
    check_list(server, "?connector_id=connector", 0, jobs, &[]);
    check_list(server, "?job_type=full,incremental", 7, jobs, &[0, 1, 2, 4, 5, 7, 8]);
    check_list(server, "?job_type=full,full", 5, jobs, &[0, 2, 4, 7, 8]);
    check_list(server, "?job_type=", 9, jobs, &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    check_list(server, "?connector_id=connector-2&job_type=access_control&status=canceled", 1, jobs, &[6]);
}

fn check_documents(server: &Server, jobs: &[String]) {
    let job = |index: usize| server.get(&format!("/_connector/_sync_job/{}", jobs[index])).expect(200).json();
    let pending = job(0);
    assert_eq!(pending["created_at"], pending["last_seen"]);
    assert_eq!(pending["trigger_method"], "on_demand");
    assert_eq!(pending["metadata"], serde_json::json!({}));
    assert_eq!(pending["connector"]["index_name"], "search-connector-1");
    assert!(pending.get("error").is_none() && pending.get("completed_at").is_none(), "{pending}");
    assert_eq!(job(1)["worker_hostname"], "worker-1");
    assert_eq!(
        (&job(2)["indexed_document_count"], &job(2)["deleted_document_count"]),
        (&5.into(), &1.into())
    );
    assert!(job(2)["completed_at"].as_str().is_some_and(|time| time.ends_with('Z')));
    assert_eq!((&job(3)["error"], &job(3)["status"]), (&"out of fuel".into(), &"error".into()));
    assert_eq!(job(3)["connector"]["index_name"], ".search-acl-filter-search-connector-1");
    assert!(job(4).get("canceled_at").is_none() && job(4).get("cancelation_requested_at").is_some());
    let canceled = job(5);
    assert_eq!(canceled["canceled_at"], canceled["completed_at"]);
    assert_eq!(canceled["canceled_at"], canceled["cancelation_requested_at"]);
    assert!(job(7).get("completed_at").is_none());
}

#[test]
fn everything_is_identical_after_kill_and_stop() {
    let folder = folder();
    let store = embedded(folder.path());
    let server = Server::start(&store);
    assert_eq!(server.get("/_connector/_sync_job").expect(200).body, r#"{"count":0,"results":[]}"#);

    let jobs = one_job_in_each_status(&server);
    check_documented_requests(&server, &jobs);
    check_documents(&server, &jobs);
    let read = |server: &Server| {
        let jobs = jobs.iter().map(|job| format!("/_connector/_sync_job/{job}"));
        let targets = READ.iter().map(|target| (*target).to_owned()).chain(jobs);
        targets.map(|target| server.get(&target).expect(200).body).collect::<Vec<_>>()
    };
    let before = read(&server);

    server.kill();
    let server = Server::start(&store);
    assert_eq!(read(&server), before, "after kill -9");
    check_documented_requests(&server, &jobs);

    server.stop();
    let server = Server::start(&store);
    assert_eq!(read(&server), before, "after SIGTERM");
    Scenario(&server).claim(&jobs[0], "worker-9");
    check_list(&server, "?status=pending", 1, &jobs, &[8]);
}

#[test]
fn deleted_jobs_stay_deleted() {
    let folder = folder();
    let store = embedded(folder.path());
    let server = Server::start(&store);
    let jobs = one_job_in_each_status(&server);
    for job in &jobs[..8] {
        let answer = server.call("DELETE", &format!("/_connector/_sync_job/{job}")).expect(200);
        assert_eq!(answer.body, r#"{"acknowledged":true}"#);
        server.get(&format!("/_connector/_sync_job/{job}")).refused_naming(404, &[job]);
        server.call("DELETE", &format!("/_connector/_sync_job/{job}")).refused_naming(404, &[job]);
    }
    server.kill();
    let server = Server::start(&store);
    check_list(&server, "", 1, &jobs, &[8]);
}
