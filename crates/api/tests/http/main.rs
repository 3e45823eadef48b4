//! What clients see: every endpoint's answers and refusals, held as snapshots, over every backend.
//!
//! A scenario is named after its endpoint and is recorded in one file under `snapshots`. All
//! backends are held against the same file: where one differs, the test fails.
#![allow(missing_docs, reason = "a test")]

mod access;
mod bulk;
mod connector;
mod connector_change;
mod connector_configuration;
mod connector_filtering;
mod contract;
mod control_index;
mod convention;
mod count;
mod creation;
mod docs;
mod failure;
mod health;
mod secret;
mod security;
mod sensitive;
mod session;
mod stream;
mod sync_job;
mod sync_job_query;
mod waiting;
mod walking;

use std::collections::BTreeSet;

use libtest_mimic::{Arguments, Trial};
use session::{Backend, Scenario, Session};
use tributary_api::{ErrorKind, ErrorRow};
use tributary_engines::Distribution;

/// Every scenario with the name of its snapshot.
fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    all.extend(sync_job::scenarios());
    all.extend(sync_job_query::scenarios());
    all.extend(bulk::scenarios());
    all.extend(creation::scenarios());
    all.extend(connector::scenarios());
    all.extend(connector_change::scenarios());
    all.extend(connector_configuration::scenarios());
    all.extend(connector_filtering::scenarios());
    all.extend(secret::scenarios());
    all.extend(sensitive::scenarios());
    all.extend(convention::scenarios());
    all.extend(failure::scenarios());
    all.extend(health::scenarios());
    all.extend(contract::scenarios());
    all.extend(docs::scenarios());
    all.extend(walking::scenarios());
    all.extend(stream::scenarios());
    all.extend(waiting::scenarios());
    all.extend(count::scenarios());
    all.extend(control_index::scenarios());
    all.extend(security::scenarios());
    all
}

/// Plays a scenario on a fresh store, and answers what was recorded.
fn record(scenario: Scenario, backend: Backend) -> String {
    actix_web::rt::System::new().block_on(async {
        let mut session = Session::open(backend).await;
        (scenario.play)(&mut session).await;
        session.record()
    })
}

fn check(scenario: Scenario, backend: Backend) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(scenario.name, record(scenario, backend)));
}

/// The backends that are a part of every run.
const LOCAL: &[(&str, Backend)] = &[
    ("memory", Backend::Memory),
    ("the_embedded_store", Backend::Embedded),
    ("a_store_of_somebody_else", Backend::Sqlite),
];
/// The backends with a server, by the names that a run chooses them by.
const SERVERS: &[(&str, &str)] = &[
    ("opensearch", "opensearch"),
    ("the_opensearch_before", "opensearch-2"),
    ("elasticsearch", "elasticsearch"),
    ("the_elasticsearch_before", "elasticsearch-8"),
];

fn server(backend: &str) -> Backend {
    let distribution = Distribution::of_backend(backend).expect("a backend with a server");
    Backend::Server(tributary_engines::shared(distribution).expect("the server can be had"))
}

/// A test of each scenario over each backend, named after both.
fn trials() -> Vec<Trial> {
    let trial = |name: &str, check: fn()| {
        Trial::test(name, move || {
            check();
            Ok(())
        })
    };
    let mut trials = vec![
        trial("every_snapshot_has_its_scenario", every_snapshot_has_its_scenario),
        trial("every_endpoint_has_its_scenario", every_endpoint_has_its_scenario),
        trial("every_error_of_the_table_is_shown", every_error_of_the_table_is_shown),
        trial(
            "every_endpoint_is_for_those_with_its_privilege",
            access::every_endpoint_is_for_those_with_its_privilege,
        ),
        trial("every_example_is_of_its_shape", contract::every_example_is_of_its_shape),
        trial("every_operation_has_a_name_of_its_own", contract::every_operation_has_a_name_of_its_own),
    ];
    let servers = SERVERS.iter().filter(|(_, backend)| tributary_engines::selected(backend));
    for scenario in scenarios() {
        let mut play = |name: &str, backend: Box<dyn FnOnce() -> Backend + Send>| {
            trials.push(Trial::test(format!("over_{name}::{}", scenario.name), move || {
                check(scenario, backend());
                Ok(())
            }));
        };
        for &(name, backend) in LOCAL {
            play(name, Box::new(move || backend));
        }
        for &(name, backend) in servers.clone() {
            play(name, Box::new(move || server(backend)));
        }
    }
    trials
}

fn main() {
    let mut arguments = Arguments::from_args();
    let threads = std::env::var("RUST_TEST_THREADS").ok().and_then(|threads| threads.parse().ok());
    arguments.test_threads = arguments.test_threads.or(threads);
    libtest_mimic::run(&arguments, trials()).exit();
}

fn every_snapshot_has_its_scenario() {
    let named: BTreeSet<String> =
        scenarios().iter().map(|scenario| format!("{}.snap", scenario.name)).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/snapshots");
    let found: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the snapshots are there")
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, named);
}

fn every_endpoint_has_its_scenario() {
    let named: BTreeSet<&str> = scenarios().iter().map(|scenario| scenario.name).collect();
    for endpoint in tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS) {
        assert!(named.contains(endpoint.name), "no scenario is named {}", endpoint.name);
    }
}

fn every_error_of_the_table_is_shown() {
    let shown: String = scenarios().into_iter().map(|scenario| record(scenario, Backend::Memory)).collect();
    // No handler sees a request that is refused by its head: tests of the service show those.
    let can_be_shown = |row: &&ErrorRow| {
        use ErrorKind::{HeadTimeout, HeadTooLong, MalformedHead};
        // What is said of a content engine is shown by tests of the service over real ones.
        use ErrorKind::{BadEngineAnswer, EngineAway, NotPassedOn, OwnIndex};
        // Nor one that the service refuses for its host or its origin.
        use ErrorKind::{ForeignOrigin, Misdirected};
        !matches!(row.kind, MalformedHead | HeadTimeout | HeadTooLong | Misdirected | ForeignOrigin)
            && !matches!(row.kind, BadEngineAnswer | EngineAway | NotPassedOn | OwnIndex)
    };
    for row in tributary_api::ERRORS.iter().filter(can_be_shown) {
        let error_type = format!("\"type\": \"{}\"", row.error_type);
        let has_row =
            |answer: &str| answer.starts_with(&row.status.to_string()) && answer.contains(&error_type);
        assert!(shown.split("\n<<< ").any(has_row), "no scenario shows {:?}", row.kind);
    }
}
