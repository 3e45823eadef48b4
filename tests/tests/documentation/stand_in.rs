//! What Elastic's connector service would do in the page about it, done at once: the service itself is not at hand in
//! tests. `cargo xtask connector-service` runs it.

use std::fmt::Write as _;

use tributary_engines::{Distribution, Endpoint, selected, shared};
use tributary_tests::{Launch, Scenario, Server, wait_until};

/// The connector of the page.
const CONNECTOR: &str = "/_connector/shop";
/// Its index.
const INDEX: &str = "search-shop";
/// What its documents pass through.
const PIPELINE: &str = "/_ingest/pipeline/search-default-ingestion";
/// What the service says of PostgreSQL, as far as the page has it.
const CONFIGURATION: &str = r#"{"configuration":{
    "host":{"label":"Host","order":1,"type":"str","required":true,"value":""},
    "port":{"label":"Port","order":2,"type":"int","required":true,"value":null},
    "username":{"label":"Username","order":3,"type":"str","required":true,"value":""},
    "password":{"label":"Password","order":4,"type":"str","required":true,"sensitive":true,"value":""},
    "database":{"label":"Database","order":5,"type":"str","required":true,"value":""},
    "schema":{"label":"Schema","order":6,"type":"str","required":true,"value":""},
    "tables":{"label":"Comma-separated list of tables","order":7,"type":"list","required":true,"value":"*"}}}"#;

/// The name of the backend with the engine that the page is about.
pub(crate) const BACKEND: &str = "opensearch";

/// Whether there is an engine for the documents in this run.
pub(crate) fn is_possible() -> bool {
    selected(BACKEND)
}

/// A service with an engine for the documents.
pub(crate) fn with_content() -> Server {
    let engine = engine();
    let old = format!("/{INDEX}?ignore_unavailable=true");
    engine.send("DELETE", &old, "").expect("an index of an earlier run can be removed");
    let server = Launch::over("memory:").arguments(["--content", &engine.url]).start();
    // Nobody who reads the page is as fast as this test.
    wait_until("the pipeline of workers is there", || engine.send("GET", PIPELINE, "").is_ok());
    server
}

fn engine() -> &'static Endpoint {
    let distribution = Distribution::of_backend(BACKEND).expect("it is covered");
    shared(distribution).expect("it can be started")
}

/// Does what is due: fills in a configuration, reaches the source, carries out jobs.
pub(crate) fn catch_up(server: &Server) {
    let connector = server.get(CONNECTOR);
    if connector.status == 404 {
        return;
    }
    match connector.expect(200).json()["status"].as_str() {
        Some("created") => {
            let _ = server.put(&format!("{CONNECTOR}/_configuration"), CONFIGURATION).expect(200);
            set_status(server, "needs_configuration");
        }
        Some("configured") => set_status(server, "connected"),
        _ => {}
    }
    for job in server.list("/_connector/_sync_job?status=pending").ids() {
        let scenario = Scenario(server);
        scenario.claim(&job, "worker");
        let lines = documents();
        let bulk = format!("/{INDEX}/_bulk?refresh=true&pipeline=search-default-ingestion");
        let written = server.send("PUT", &bulk, &lines).expect(200).json();
        assert_eq!(written["errors"], false, "{}", written["items"][0]);
        scenario.change(&job, "_complete", r#"{"indexed_document_count":317,"total_document_count":317}"#);
    }
}

fn set_status(server: &Server, status: &str) {
    let body = format!(r#"{{"status":"{status}"}}"#);
    let _ = server.put(&format!("{CONNECTOR}/_status"), &body).expect(200);
}

/// The rows of `deploy/connector-service/shop.sql`, in lines of a bulk request, with the names that the service makes of
/// database, schema, table and column.
fn documents() -> String {
    let mut lines = String::new();
    for (table, count) in [("customers", 17), ("orders", 300)] {
        for number in 1..=count {
            let note = if table == "orders" && number % 5 == 0 { r#""a gift""# } else { "null" };
            let action = format!(r#"{{"index":{{"_id":"shop_public_{table}_{number}"}}}}"#);
            let document = format!(r#"{{"table":"{table}","public_{table}_note":{note}}}"#);
            let _ = writeln!(lines, "{action}\n{document}");
        }
    }
    lines
}
