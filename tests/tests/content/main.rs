//! Requests for content indices, passed on by the binary to real engines, and to one that does as it is told.
#![allow(missing_docs, reason = "a test")]

mod faults;
mod names;
mod rights;
mod told;

use std::sync::atomic::{AtomicUsize, Ordering};

use tributary_engines::{Distribution, Endpoint, selected, shared};
use tributary_tests::{Launch, Server, embedded, folder, wait_until};

const VENDOR: &str = "application/vnd.elasticsearch+json;compatible-with=8";
const VENDOR_LINES: &str = "application/vnd.elasticsearch+x-ndjson; compatible-with=8";

/// The engines that this run selects.
fn engines() -> impl Iterator<Item = &'static Endpoint> {
    let chosen = Distribution::ALL.iter().filter(|distribution| selected(distribution.backend));
    chosen.map(|distribution| shared(distribution).unwrap())
}

/// A launch over an embedded store, with an engine for content.
fn in_front_of(engine: &Endpoint, store: &std::path::Path) -> Launch {
    let mut launch = Launch::over(&embedded(store)).arguments(["--content", &engine.url]);
    if let (Some(user), Some(password)) = (&engine.user, &engine.password) {
        launch =
            launch.variable("TRIBUTARY_CONTENT_USER", user).variable("TRIBUTARY_CONTENT_PASSWORD", password);
    }
    launch
}

/// A name of an index that no other test has.
fn index(name: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("content-{}-{}-{name}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The actions of a bulk request.
fn bulk(index: &str, documents: usize, text: &str) -> String {
    let line = |number| {
        format!("{{\"index\":{{\"_index\":\"{index}\",\"_id\":\"{number}\"}}}}\n{{\"body\":\"{text}\"}}\n")
    };
    (0..documents).map(line).collect()
}

fn send_bulk(server: &Server, body: &[u8], more: &[(&str, &str)]) -> tributary_tests::Answer {
    let headers = [&[("Content-Type", VENDOR_LINES), ("Accept", VENDOR)], more].concat();
    server.answer_to("POST", "/_bulk?refresh=true", &headers, Some(body))
}

#[test]
fn documents_are_written_and_found() {
    for engine in engines() {
        let store = folder();
        let server = in_front_of(engine, store.path()).start();
        let name = index("documents");
        let vendor = &[("Content-Type", VENDOR), ("Accept", VENDOR), ("X-Opaque-Id", "me")][..];
        let body = r#"{"settings":{"number_of_shards":1,"number_of_replicas":0}}"#;
        let created = server.answer_to("PUT", &format!("/{name}"), vendor, Some(body.as_bytes())).expect(200);
        assert_eq!(created.header("x-elastic-product"), Some("Elasticsearch"), "{created:?}");
        assert_eq!(created.header("x-opaque-id"), Some("me"), "{created:?}");
        let media_type = created.header("content-type").unwrap();
        assert!(media_type.starts_with("application/vnd.elasticsearch+json"), "{media_type}");

        let written = send_bulk(&server, bulk(&name, 20, "some text").as_bytes(), &[]).expect(200).json();
        assert_eq!(written["errors"], false, "{written}");
        let packed = tributary_tests::packing::gzip(bulk(&name, 30, "other text").as_bytes());
        let _ = send_bulk(&server, &packed, &[("Content-Encoding", "gzip")]).expect(200);
        let found =
            server.send("POST", &format!("/{name}/_search"), r#"{"query":{"match":{"body":"other"}}}"#);
        assert_eq!(found.expect(200).json()["hits"]["total"]["value"], 30);
        assert_eq!(server.get(&format!("/{name}/_count")).expect(200).json()["count"], 30);

        // An answer to HEAD has the length that the engine tells, and a packed one stays as it is.
        let mut connection = server.connect();
        let path = format!("/{name}/_doc/1");
        let plain = connection.request("GET", &path, &[], None).unwrap().expect(200);
        let head =
            connection.request("HEAD", &path, &[("Accept-Encoding", "gzip")], None).unwrap().expect(200);
        assert!(head.header("content-length").is_some(), "{head:?}");
        assert_eq!(plain.json()["_source"]["body"], "other text");
        let list = format!(
            "GET /{name}/_search?size=30 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
        );
        connection.send(list.as_bytes()).unwrap();
        let (answer, packed) = connection.read_packed_answer(false).unwrap();
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{answer:?}");
        let unpacked = std::io::read_to_string(flate2::read::GzDecoder::new(&packed[..])).unwrap();
        assert!(unpacked.contains("other text"), "{unpacked}");

        let point = server.call("POST", &format!("/{name}/_pit?keep_alive=1m")).expect(200).json();
        let id = point["id"].as_str().unwrap();
        let search = format!(r#"{{"pit":{{"id":"{id}"}},"size":1}}"#);
        let found = server.send("POST", "/_search", &search).expect(200).json();
        assert_eq!(found["hits"]["total"]["value"], 30);
        let closed = server.send("DELETE", "/_pit", &format!(r#"{{"id":"{id}"}}"#)).expect(200).json();
        assert_eq!(closed["num_freed"].as_u64().map(|number| number > 0), Some(true), "{closed}");
        let _ = server.call("DELETE", &format!("/{name}")).expect(200);
        server.stop();
    }
}

#[test]
fn the_pipeline_of_workers_is_there() {
    for engine in engines() {
        let store = folder();
        let server = in_front_of(engine, store.path()).start();
        let pipeline = "/_ingest/pipeline/search-default-ingestion";
        wait_until("the pipeline is made", || server.get(pipeline).status == 200);
        let body = r#"{"docs":[{"_source":{"body":"  a \n\t b ","_reduce_whitespace":true,"_extract_binary_content":false,"_run_ml_inference":true}}]}"#;
        let simulated = server.send("POST", &format!("{pipeline}/_simulate"), body).expect(200).json();
        let source = &simulated["docs"][0]["doc"]["_source"];
        // The other distributions for tests have none of the processors.
        if engine.distribution.backend == "opensearch" {
            assert_eq!(source, &serde_json::json!({ "body": "a b" }), "{simulated}");
        }
        // One of somebody else stays.
        let other = r#"{"description":"of somebody else","processors":[]}"#;
        let _ = server.put(pipeline, other).expect(200);
        server.stop();
        let server = in_front_of(engine, store.path()).start();
        std::thread::sleep(std::time::Duration::from_secs(1));
        let kept = server.get(pipeline).expect(200);
        assert!(kept.body.contains("of somebody else"), "{}", kept.body);
        let _ = server.call("DELETE", pipeline).expect(200);
    }
}

#[test]
fn credentials_are_those_of_the_service() {
    for engine in engines().filter(|engine| engine.user.is_some()) {
        let store = folder();
        let launch = || Launch::over(&embedded(store.path())).arguments(["--content", &engine.url]);
        launch().finish().gave_up_naming(&["[user]", "[password]", "[content]"]);
        let wrong = launch()
            .variable("TRIBUTARY_CONTENT_USER", "me")
            .variable("TRIBUTARY_CONTENT_PASSWORD", "top-secret")
            .finish();
        wrong.gave_up_naming(&["[user]", "[content]"]);
        assert!(!wrong.log.contains("top-secret"), "{}", wrong.log);
        // Those of clients are not passed on, unless they are asked for.
        let theirs = &[("Authorization", "Basic bWU6c2VjcmV0")][..];
        let server = in_front_of(engine, store.path()).start();
        let _ = server.answer_to("GET", "/_cat/indices", theirs, None).expect(200);
        server.stop();
        let server = in_front_of(engine, store.path()).arguments(["--content-forward-authorization"]).start();
        let refused = server.answer_to("GET", "/_cat/indices", theirs, None);
        assert_eq!(refused.status, 401, "{refused:?}");
        assert!(refused.header("www-authenticate").is_some(), "{refused:?}");
        let _ = server.get("/_cat/indices").expect(200);
    }
}
