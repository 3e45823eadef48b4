//! The indices of the service in the engine that has the content: nothing reaches them.

use serde_json::Value;
use tributary_engines::Endpoint;
use tributary_tests::{Launch, Scenario, Server, wait_until};

use crate::{bulk, engines, index, send_bulk};

/// A service over an engine, with indices of its own; the gateway is on by default.
fn over(engine: &Endpoint, prefix: &str) -> Server {
    let product = engine.distribution.product.name();
    let variable = |name: &str| format!("TRIBUTARY_{}_{name}", product.to_uppercase());
    let mut launch =
        Launch::over(&format!("{product}:{}", engine.url)).variable(&variable("INDEX_PREFIX"), prefix);
    if let (Some(user), Some(password)) = (&engine.user, &engine.password) {
        launch = launch.variable(&variable("USER"), user).variable(&variable("PASSWORD"), password);
    }
    let server = launch.start();
    // On a busy machine creating the indices may take longer than the deadline of a request.
    wait_until("it is ready", || server.get("/_health/ready").status == 200);
    server
}

/// The names of the indices that begin with a prefix, asked for past the service.
fn names(engine: &Endpoint, prefix: &str) -> Vec<String> {
    let path = format!("/_cat/indices/{prefix}*?expand_wildcards=all&format=json&h=index");
    let rows = engine.send("GET", &path, "").unwrap();
    let rows = rows.as_array().cloned().unwrap_or_default();
    let mut names: Vec<String> =
        rows.iter().filter_map(|row| row["index"].as_str().map(str::to_owned)).collect();
    // Engines list them in no particular order.
    names.sort_unstable();
    names
}

#[test]
fn wildcards_go_past_own_indices() {
    for engine in engines() {
        let prefix = index("own-");
        let server = over(engine, &prefix);
        Scenario(&server).connector("connector-1");
        let own = names(engine, &prefix);
        assert!(own.iter().any(|name| name.ends_with(".elastic-connectors-v1")), "{own:?}");
        let content = format!("{prefix}content");
        let _ = send_bulk(&server, bulk(&content, 3, "a").as_bytes(), &[]).expect(200);

        for path in [
            "/_cat/indices?h=index&expand_wildcards=all",
            "/_cat/indices/*?h=index&expand_wildcards=all",
            "/*/_stats?expand_wildcards=all",
            "/_stats?expand_wildcards=all",
            "/_all/_settings?expand_wildcards=all",
            "/_mapping?expand_wildcards=all",
            "/_alias?expand_wildcards=all",
            "/_cat/aliases?expand_wildcards=all",
            "/*/_search?expand_wildcards=all",
            "/.*/_search",
            "/_resolve/index/*?expand_wildcards=all",
            &format!("/{prefix}*/_search?expand_wildcards=all"),
            &format!("/{prefix}.*/_mapping?expand_wildcards=all&allow_no_indices=true"),
        ] {
            let answer = server.get(path);
            assert!([200, 404].contains(&answer.status), "{path}: {answer:?}");
            let body = answer.body.to_lowercase();
            assert!(!body.contains(".elastic-connectors") && !body.contains(".tributary"), "{path}: {body}");
        }
        let counted = server.get(&format!("/{prefix}*/_count?expand_wildcards=all")).expect(200).json();
        assert_eq!(counted["count"], 3, "{counted}");
        let deleted = server.call("DELETE", &format!("/{prefix}*?expand_wildcards=all"));
        // Elasticsearch deletes no indices by wildcards, unless it is told to.
        if deleted.status != 200 {
            let _ = server.call("DELETE", &format!("/{content}")).expect(200);
        }
        assert_eq!(names(engine, &prefix), own);
        let _ = server.get("/_connector/connector-1").expect(200);
        server.stop();
        for name in own {
            let _: Value = engine.send("DELETE", &format!("/{name}"), "").unwrap();
        }
    }
}

#[test]
fn nothing_names_own_indices() {
    for engine in engines() {
        let prefix = index("named-");
        let server = over(engine, &prefix);
        Scenario(&server).connector("connector-1");
        let own = names(engine, &prefix);
        for name in [format!("{prefix}.elastic-connectors"), ".tributary-leases".to_owned()] {
            refuses(&server, &name);
        }
        let _ = server.get("/_connector/connector-1").expect(200);
        assert_eq!(names(engine, &prefix), own);
        server.stop();
        for name in own {
            let _ = engine.send("DELETE", &format!("/{name}"), "").unwrap();
        }
    }
}

fn refuses(server: &Server, name: &str) {
    let encoded = name.replace('.', "%2E");
    let escaped = name.replace('.', "\\u002e");
    for (method, path) in [
        ("GET", format!("/{name}-v1/_search")),
        ("GET", format!("/{encoded}-v1/_doc/connector-1")),
        ("GET", format!("/a,{}/_count", name.to_uppercase().replace("CONTENT", "content"))),
        ("DELETE", format!("/{name}-v1")),
        ("GET", format!("/%3C{name}-v1%3E/_search")),
        ("GET", format!("/_search?index={name}")),
        ("GET", format!("/_cat/indices/{name}-v1")),
        ("PUT", format!("/content-x/_alias/{name}")),
        ("GET", "//_search".to_owned()),
        ("GET", "/,/_search?expand_wildcards=all".to_owned()),
        ("GET", "/%2C,/_mapping".to_owned()),
        ("GET", "/_alias/,".to_owned()),
        ("GET", "/_cat/indices/a,,".to_owned()),
        ("POST", "/,/_pit".to_owned()),
        ("GET", format!("/other-{name}/_search")),
        ("GET", format!("/a/%2e%2e/{name}/_search")),
        ("GET", "/_search?expand_wildcards=all".to_owned()),
        ("GET", format!("/_search?source=%7B%7D&source_content_type=application/json&x={name}")),
    ] {
        let answer = server.call(method, &path);
        assert_eq!(answer.status, 400, "{method} {path}: {answer:?}");
        let _ = answer.refusal(400);
    }
    for (method, path, body) in [
        ("POST", "/_mget", format!(r#"{{"docs":[{{"_index":"{escaped}","_id":"connector-1"}}]}}"#)),
        ("POST", "/_msearch", format!("{{\"index\":\"{name}\"}}\n{{}}\n")),
        ("POST", "/_msearch", "{\"index\":\"*\",\"expand_wildcards\":\"all\"}\n{}\n".to_owned()),
        ("POST", "/_msearch", "{\"index\":\"*\",\"expandWildcards\":\"all\"}\n{}\n".to_owned()),
        ("POST", "/a/_msearch?expand_wildcards=all", "{\"index\":[]}\n{}\n".to_owned()),
        ("POST", "/_search", r#"{"query":{"wrapper":{"query":"e30="}}}"#.to_owned()),
        ("POST", "/a/_msearch?expand_wildcards=all", "{\"index\":\"*\"}\n{}\n".to_owned()),
        ("POST", "/_aliases", format!(r#"{{"actions":[{{"add":{{"index":"{name}","alias":"a"}}}}]}}"#)),
        ("POST", "/_aliases", r#"{"actions":[{"add":{"index":"*","alias":"content-a"}}]}"#.to_owned()),
        ("PUT", "/content-x", format!(r#"{{"aliases":{{"{escaped}":{{}}}}}}"#)),
        (
            "POST",
            "/_search",
            format!(r#"{{"query":{{"terms":{{"a":{{"index":"{name}","id":"1","path":"a"}}}}}}}}"#),
        ),
        (
            "PUT",
            "/_ingest/pipeline/content-p",
            format!(r#"{{"processors":[{{"set":{{"field":"_index","value":"{name}"}}}}]}}"#),
        ),
        (
            "PUT",
            "/_ingest/pipeline/content-p",
            r#"{"processors":[{"script":{"source":"ctx._index = 'a'"}}]}"#.to_owned(),
        ),
    ] {
        let answer = server.send(method, path, &body);
        assert_eq!(answer.status, 400, "{method} {path} {body}: {answer:?}");
    }
    let content = index("half");
    let action = format!("{{\"index\":{{\"_index\":\"{escaped}\",\"_id\":\"1\"}}}}\n{{}}\n");
    let body = format!("{}{action}", bulk(&content, 2_000, &"x".repeat(1_000)));
    for (body, more) in [
        (body.as_bytes(), &[][..]),
        (&tributary_tests::packing::gzip(body.as_bytes()), &[("Content-Encoding", "gzip")][..]),
    ] {
        send_bulk(server, body, more).refused_naming(400, &["action [2001]", "/{index}/_bulk"]);
    }
    assert_eq!(server.get(&format!("/{content}")).status, 404, "nothing was written");
}
