//! What clients see: every endpoint's answers and refusals, held as snapshots, over every backend.
//!
//! A scenario is named after its endpoint and is recorded in one file under `snapshots`. All
//! backends are held against the same file: where one differs, the test fails.
#![allow(missing_docs, reason = "a test")]

mod connector;
mod connector_change;
mod connector_configuration;
mod connector_filtering;
mod contract;
mod convention;
mod failure;
mod health;
mod secret;
mod session;
mod sync_job;

use std::collections::BTreeSet;

use session::{Backend, Session};

/// Every scenario with the name of its snapshot.
fn scenarios() -> Vec<session::Scenario> {
    let mut all = Vec::new();
    all.extend(sync_job::scenarios());
    all.extend(connector::scenarios());
    all.extend(connector_change::scenarios());
    all.extend(connector_configuration::scenarios());
    all.extend(connector_filtering::scenarios());
    all.extend(secret::scenarios());
    all.extend(convention::scenarios());
    all.extend(failure::scenarios());
    all.extend(health::scenarios());
    all.extend(contract::scenarios());
    all
}

async fn check(backend: Backend) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for scenario in scenarios() {
        let mut session = Session::open(backend).await;
        (scenario.play)(&mut session).await;
        settings.bind(|| insta::assert_snapshot!(scenario.name, session.record()));
    }
}

#[actix_web::test]
async fn over_memory() {
    check(Backend::Memory).await;
}

#[actix_web::test]
async fn over_the_embedded_store() {
    check(Backend::Embedded).await;
}

/// Over the server of a backend's name, unless this run is about others.
async fn check_server(backend: &str) {
    if tributary_engines::selected(backend) {
        let distribution =
            tributary_engines::Distribution::of_backend(backend).expect("a backend with a server");
        let server = tributary_engines::shared(distribution).expect("the server can be had");
        check(Backend::Server(server)).await;
    }
}

#[actix_web::test]
async fn over_opensearch() {
    check_server("opensearch").await;
}

#[actix_web::test]
async fn over_the_opensearch_before() {
    check_server("opensearch-2").await;
}

#[actix_web::test]
async fn over_elasticsearch() {
    check_server("elasticsearch").await;
}

#[actix_web::test]
async fn over_the_elasticsearch_before() {
    check_server("elasticsearch-8").await;
}

#[actix_web::test]
async fn over_a_store_of_somebody_else() {
    check(Backend::Sqlite).await;
}

#[test]
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

#[test]
fn every_endpoint_has_its_scenario() {
    let named: BTreeSet<&str> = scenarios().iter().map(|scenario| scenario.name).collect();
    for endpoint in tributary_api::ENDPOINTS {
        assert!(named.contains(endpoint.name), "no scenario is named {}", endpoint.name);
    }
}

#[actix_web::test]
async fn every_error_of_the_table_is_shown() {
    let mut shown = String::new();
    for scenario in scenarios() {
        let mut session = Session::open(Backend::Memory).await;
        (scenario.play)(&mut session).await;
        shown.push_str(&session.record());
    }
    for row in tributary_api::ERRORS {
        let error_type = format!("\"type\": \"{}\"", row.error_type);
        let has_row =
            |answer: &str| answer.starts_with(&row.status.to_string()) && answer.contains(&error_type);
        assert!(shown.split("\n<<< ").any(has_row), "no scenario shows {:?}", row.kind);
    }
}
