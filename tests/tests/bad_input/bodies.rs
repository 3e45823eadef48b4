//! Invalid bodies.

use super::changing_nothing;

const LIST: &str = "/_connector/_sync_job";

/// The calls that accept a body, with a known field and a valid body for each.
fn calls(job: &str) -> Vec<(&'static str, String, &'static str, bool)> {
    let job = |verb: &str| format!("{LIST}/{job}/{verb}");
    vec![
        ("POST", LIST.into(), "id", true),
        ("PUT", job("_claim"), "worker_hostname", true),
        ("PUT", job("_error"), "error", true),
        ("PUT", job("_stats"), "metadata", true),
        ("PUT", job("_complete"), "metadata", false),
        ("PUT", job("_suspend"), "metadata", false),
        ("PUT", job("_canceled"), "metadata", false),
        ("POST", "/_connector".into(), "name", false),
        ("PUT", "/_connector".into(), "name", false),
        ("PUT", "/_connector/new".into(), "name", false),
        ("PUT", "/_connector/connector-1".into(), "name", false),
    ]
}

#[test]
fn invalid_bodies_for_every_call() {
    changing_nothing(|server, job| {
        for (method, target, field, required) in calls(job) {
            let refuse =
                |body: &str, parts: &[&str]| server.send(method, &target, body).refused_naming(400, parts);
            refuse("{", &["EOF"]);
            refuse(&format!(r#"{{"{field}":"#), &["EOF"]);
            refuse(&format!(r#"{{"{field}":"a","#), &["EOF"]);
            refuse("not json", &["[1:"]);
            refuse(&format!(r#"{{"{field}":NaN}}"#), &["[1:"]);
            refuse(&format!(r#"{{"{field}":01}}"#), &["[1:"]);
            refuse(r"{} {}", &["[1:4]"]);
            refuse(&format!("{{'{field}':1}}"), &["[1:2]"]);
            for no_object in ["[]", "1", "null", "true", r#""text""#, "[{}]"] {
                refuse(no_object, &["object"]);
            }
            refuse(&format!(r#"{{"{field}":"a","{field}":"b"}}"#), &["duplicate", field]);
            refuse(
                &format!(r#"{{"{field}":"a","\u{:04x}{}":"b"}}"#, field.as_bytes()[0], &field[1..]),
                &["duplicate", field],
            );
            refuse(&format!(r#"{{"{field}":{{"x":{{"y":1,"y":2}}}}}}"#), &["duplicate", "[y]"]);
            refuse(r#"{"surprise":1}"#, &["surprise"]);
            refuse(&format!(r#"{{"{field}":{}1{}}}"#, "[".repeat(100), "]".repeat(100)), &["100", "nested"]);
            refuse(&format!(r#"{{"{field}":{}"#, "[".repeat(200_000)), &[]);
            refuse(&format!(r#"{{"{field}":{}1{}}}"#, r#"{"a":"#.repeat(20_000), "}".repeat(20_000)), &[]);
            refuse(&format!(r#"{{"{field}":[7]}}"#), &[field]);
            let not_unicode = server.answer_to(
                method,
                &target,
                &[("Content-Type", "application/json")],
                Some(b"{\"name\":\"\xff\"}"),
            );
            not_unicode.refused_naming(400, &["UTF-8"]);
            if required {
                server.call(method, &target).refused_naming(400, &["body"]);
                server
                    .answer_to(method, &target, &[("Content-Type", "application/json")], Some(b""))
                    .refused_naming(400, &["body"]);
            }
        }
    });
}

#[test]
fn fields_with_wrong_values() {
    changing_nothing(|server, job| {
        let job = |verb: &str| format!("{LIST}/{job}/{verb}");
        let long = format!(r#"{{"worker_hostname":"{}"}}"#, "x".repeat(1_025));
        let long_id = format!(r#"{{"id":"{}"}}"#, "x".repeat(513));
        let counts = |deleted: &str, indexed: &str, volume: &str| {
            format!(
                r#"{{"deleted_document_count":{deleted},"indexed_document_count":{indexed},"indexed_document_volume":{volume}}}"#
            )
        };
        let cases: Vec<(String, String, Vec<&str>)> = vec![
            (LIST.into(), "{}".into(), vec!["id"]),
            (LIST.into(), r#"{"id":""}"#.into(), vec!["id", "empty"]),
            (LIST.into(), r#"{"id":null}"#.into(), vec!["id"]),
            (LIST.into(), r#"{"id":7}"#.into(), vec!["id", "7"]),
            (LIST.into(), long_id, vec!["id", "512"]),
            (
                LIST.into(),
                r#"{"id":"connector-1","job_type":"partial"}"#.into(),
                vec!["job_type", "partial", "incremental"],
            ),
            (
                LIST.into(),
                r#"{"id":"connector-1","trigger_method":"never"}"#.into(),
                vec!["trigger_method", "never", "scheduled"],
            ),
            (job("_claim"), "{}".into(), vec!["worker_hostname"]),
            (job("_claim"), r#"{"worker_hostname":""}"#.into(), vec!["worker_hostname", "empty"]),
            (job("_claim"), r#"{"worker_hostname":null}"#.into(), vec!["worker_hostname"]),
            (job("_claim"), long, vec!["worker_hostname", "1024", "1025"]),
            (job("_claim"), r#"{"worker_hostname":"w","sync_cursor":"x"}"#.into(), vec!["sync_cursor"]),
            (job("_claim"), r#"{"worker_hostname":"w","sync_cursor":[]}"#.into(), vec!["sync_cursor"]),
            (job("_error"), "{}".into(), vec!["error"]),
            (job("_error"), r#"{"error":{"a":1}}"#.into(), vec!["error"]),
            (job("_error"), r#"{"error":"x"}"#.into(), vec!["pending", "error"]),
            (job("_complete"), "{}".into(), vec!["pending", "completed"]),
            (job("_suspend"), "{}".into(), vec!["pending", "suspended"]),
            (
                job("_stats"),
                "{}".into(),
                vec!["deleted_document_count", "indexed_document_count", "indexed_document_volume"],
            ),
            (
                job("_stats"),
                counts("-1", "-2", "-3"),
                vec!["1: ", "2: ", "3: ", "deleted_document_count", "-2", "indexed_document_volume"],
            ),
            (job("_stats"), counts("0", "1.5", "0"), vec!["indexed_document_count"]),
            (job("_stats"), counts("0", "0", "9223372036854775808"), vec!["indexed_document_volume"]),
            (job("_stats"), counts("0", r#""one""#, "0"), vec!["indexed_document_count"]),
            (job("_stats"), counts("0", "0", r#"0,"last_seen":"soon""#), vec!["last_seen", "soon"]),
            (job("_stats"), counts("0", "0", r#"0,"last_seen":{}"#), vec!["last_seen"]),
            (job("_stats"), counts("0", "0", r#"0,"metadata":[]"#), vec!["metadata"]),
            (
                job("_stats"),
                counts("0", "0", r#"0,"total_document_count":-7"#),
                vec!["total_document_count", "-7"],
            ),
            ("/_connector/new".into(), r#"{"name":7}"#.into(), vec!["name", "7"]),
            ("/_connector/new".into(), r#"{"is_native":"yes"}"#.into(), vec!["is_native"]),
            ("/_connector/new".into(), r#"{"index_name":"Search"}"#.into(), vec!["Search", "lowercase"]),
            ("/_connector/new".into(), r#"{"index_name":"a b"}"#.into(), vec!["a b"]),
            ("/_connector/new".into(), r#"{"index_name":"_a"}"#.into(), vec!["_a"]),
            ("/_connector/new".into(), r#"{"index_name":".."}"#.into(), vec![".."]),
            ("/_connector/new".into(), r#"{"index_name":""}"#.into(), vec!["index name"]),
            (
                "/_connector/new".into(),
                r#"{"index_name":"search-x","is_native":true}"#.into(),
                vec!["search-x", "content-"],
            ),
            (
                "/_connector/new".into(),
                r#"{"index_name":"search-connector-1"}"#.into(),
                vec!["search-connector-1", "connector-1"],
            ),
        ];
        for (target, body, parts) in cases {
            let method = if target == LIST { "POST" } else { "PUT" };
            server.send(method, &target, &body).refused_naming(400, &parts);
        }
        server.send("POST", LIST, r#"{"id":"nobody"}"#).refused_naming(404, &["nobody"]);
    });
}

#[test]
fn an_unexpected_body() {
    changing_nothing(|server, job| {
        for (method, target) in [
            ("GET", LIST.to_owned()),
            ("GET", "/_connector/connector-1".into()),
            ("DELETE", format!("{LIST}/{job}")),
            ("PUT", format!("{LIST}/{job}/_cancel")),
            ("PUT", format!("{LIST}/{job}/_check_in")),
            ("DELETE", "/_connector/connector-1".into()),
        ] {
            server.send(method, &target, r#"{"a":1}"#).refused_naming(400, &["body", &target]);
        }
    });
}

#[test]
fn a_connector_that_cannot_have_jobs() {
    let server = tributary_tests::Server::start("memory:");
    let _ = server.put("/_connector/bare", r#"{"service_type":"s3"}"#).expect(201);
    let _ = server.put("/_connector/untyped", r#"{"index_name":"search-u"}"#).expect(201);
    server.send("POST", LIST, r#"{"id":"bare"}"#).refused_naming(400, &["bare", "index_name"]);
    server.send("POST", LIST, r#"{"id":"untyped"}"#).refused_naming(400, &["untyped", "service_type"]);
    assert_eq!(tributary_tests::Scenario(&server).stored(), (0, 2));
}
