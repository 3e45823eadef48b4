//! Concurrent requests: exactly one of them wins.

use std::sync::Barrier;

use tributary_tests::{Answer, Scenario, Server, embedded, folder};

const RACERS: usize = 32;

/// Sends one request on each of many connections at the same time.
fn race(server: &Server, method: &str, request: impl Fn(usize) -> (String, String) + Sync) -> Vec<Answer> {
    let start = Barrier::new(RACERS);
    std::thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS)
            .map(|racer| {
                let (start, request) = (&start, &request);
                scope.spawn(move || {
                    let (target, body) = request(racer);
                    let mut connection = server.connect();
                    start.wait();
                    let headers = [("Content-Type", "application/json")];
                    connection.request(method, &target, &headers, Some(body.as_bytes())).expect("an answer")
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().expect("an answer")).collect()
    })
}

fn winners(answers: &[Answer]) -> Vec<usize> {
    (0..answers.len()).filter(|index| answers[*index].status < 300).collect()
}

#[test]
fn of_many_claims_one_wins() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    Scenario(&server).connector("connector-1");
    for _ in 0..3 {
        let job = Scenario(&server).job("connector-1", "full");
        let target = format!("/_connector/_sync_job/{job}");
        let answers = race(&server, "PUT", |racer| {
            (format!("{target}/_claim"), format!(r#"{{"worker_hostname":"worker-{racer}"}}"#))
        });
        let winners = winners(&answers);
        assert_eq!(winners.len(), 1, "{answers:#?}");
        let winner = format!("worker-{}", winners[0]);
        assert_eq!(server.get(&target).json()["worker_hostname"], winner.as_str());
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            loser.refused_naming(409, &[&winner, &job]);
            assert_eq!(loser.json()["error"]["type"], "version_conflict_engine_exception");
        }
        // The winner may repeat its claim; the others are too late.
        Scenario(&server).claim(&job, &winner);
        server
            .put(&format!("{target}/_claim"), r#"{"worker_hostname":"late"}"#)
            .refused_naming(409, &[&winner]);
    }
}

#[test]
fn of_many_connectors_with_one_index_one_is_made() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    let body = r#"{"index_name":"search-wanted"}"#;
    let answers = race(&server, "PUT", |racer| (format!("/_connector/connector-{racer}"), body.into()));
    let winners = winners(&answers);
    assert_eq!(winners.len(), 1, "{answers:#?}");
    let winner = format!("connector-{}", winners[0]);
    for loser in answers.iter().filter(|answer| answer.status != 201) {
        loser.refused_naming(400, &["search-wanted", &winner]);
    }
    assert_eq!(server.list("/_connector").ids(), [winner]);
}

#[test]
fn of_many_posts_with_one_index_one_is_made() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    let body = r#"{"index_name":"search-wanted"}"#;
    let answers = race(&server, "POST", |_| ("/_connector".into(), body.into()));
    assert_eq!(winners(&answers).len(), 1, "{answers:#?}");
    assert_eq!(server.list("/_connector").count, 1);
}

#[test]
fn of_many_deletions_and_ends_one_wins() {
    let folder = folder();
    let server = Server::start(&embedded(folder.path()));
    Scenario(&server).connector("connector-1");
    let job = Scenario(&server).job("connector-1", "full");
    let target = format!("/_connector/_sync_job/{job}");
    let answers = race(&server, "DELETE", |_| (target.clone(), String::new()));
    assert_eq!(winners(&answers).len(), 1, "{answers:#?}");

    let job = Scenario(&server).job("connector-1", "full");
    let target = format!("/_connector/_sync_job/{job}");
    Scenario(&server).claim(&job, "worker");
    let verbs = ["_complete", "_suspend", "_error", "_cancel"];
    let answers = race(&server, "PUT", |racer| {
        let verb = verbs[racer % verbs.len()];
        (format!("{target}/{verb}"), if verb == "_error" { r#"{"error":"x"}"# } else { "" }.to_owned())
    });
    // In any order, every successful transition continues from the previous one: at most one ends the job.
    let won: Vec<&str> = winners(&answers).iter().map(|winner| verbs[winner % verbs.len()]).collect();
    let ends = won.iter().filter(|verb| **verb == "_complete" || **verb == "_error").count();
    assert!(ends <= 1 && won.len() <= 2 && !won.is_empty(), "{won:?}");
}
