//! What holds for every request: media types, common parameters, methods, bodies.

use crate::session::{Scenario, Session, scenario};

const JOBS: &str = "/_connector/_sync_job";
const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("info", info),
        scenario!("convention.media_types", media_types),
        scenario!("convention.common_parameters", common_parameters),
        scenario!("convention.packed_bodies", packed_bodies),
        scenario!("convention.methods_and_paths", methods_and_paths),
        scenario!("convention.bodies", bodies),
    ]
}

async fn info(session: &mut Session) {
    session.call("GET", "/", "").await;
    session.call("HEAD", "/", "").await;
    session.call("GET", "/?filter_path=version.number", "").await;
    session.call("POST", "/", "{}").await;
}

async fn media_types(session: &mut Session) {
    let vendor = "application/vnd.elasticsearch+json; compatible-with=8";
    session.call_with("GET", JOBS, &[("accept", vendor), ("x-opaque-id", "client-7")], "").await;
    session
        .call_with(
            "GET",
            JOBS,
            &[("accept", "application/vnd.elasticsearch+json; compatible-with=9,text/plain")],
            "",
        )
        .await;
    session.call_with("GET", JOBS, &[("accept", "text/html,*/*;q=0.8")], "").await;
    for preference in ["application/json;q=0.9", "application/json;q=0.1"] {
        let accept = format!("{preference}, application/vnd.elasticsearch+json; compatible-with=9; q=0.5");
        session.call_with("GET", JOBS, &[("accept", &accept)], "").await;
    }
    session
        .call_with("GET", JOBS, &[("accept", "application/vnd.elasticsearch+json; compatible-with=7")], "")
        .await;
    for accept in ["application/yaml", "application/vnd.elasticsearch+cbor; compatible-with=9"] {
        session.call_with("PUT", "/_connector/c", &[("accept", accept)], "").await;
    }
    session.call_with("GET", JOBS, &[("accept", "application/yaml, application/json")], "").await;
    session.call_with("PUT", "/_connector/a", &[("content-type", vendor), ("accept", vendor)], "{}").await;
    session.call_with("PUT", "/_connector/b", &[("content-type", "application/octet-stream")], "").await;
    session
        .call_with("GET", &format!("{JOBS}?from=x"), &[("accept", vendor), ("x-opaque-id", "client-8")], "")
        .await;
    for unsupported in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=iso-8859-1",
        "application/octet-stream",
        "nonsense",
    ] {
        session.call_with("PUT", "/_connector/c", &[("content-type", unsupported)], "{}").await;
    }
    let old = "application/vnd.elasticsearch+json; compatible-with=6";
    session.call_with("PUT", "/_connector/c", &[("content-type", old)], "{}").await;
    session.call_with("PUT", "/_connector/c", &[], "{}").await;
    session.call("GET", "/_connector?filter_path=count", "").await;
}

async fn packed_bodies(session: &mut Session) {
    for encoding in ["identity", "br", "gzip, gzip", "x-compress", "gzip"] {
        session.call_with("PUT", "/_connector/c", &[JSON, ("content-encoding", encoding)], "{}").await;
    }
    // Without a body there is nothing to unpack.
    session.call_with("GET", "/_connector/c", &[("content-encoding", "br")], "").await;
}

async fn common_parameters(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", r#"{"index_name":"i","name":"One"}"#).await;
    for query in [
        "filter_path=count",
        "filter_path=results.id,results.scheduling.*.enabled",
        "filter_path=**.interval",
        "filter_path=results.filtering.active.rules.field",
        "filter_path=-results",
        "filter_path=results.*,-results.filtering,-results.*scheduling",
        "filter_path=nothing",
        "filter_path=c?unt",
        "filter_path=**.**.**.interval",
        "filter_path=",
        "pretty&filter_path=count,results.name",
        "pretty=true&human&error_trace=false&filter_path=count",
        "pretty=false&filter_path=count",
        "pretty=perhaps",
        "human=perhaps",
        "pretty&pretty",
        "prety",
    ] {
        session.call("GET", &format!("/_connector?{query}"), "").await;
    }
    session.call("GET", "/_connector/nobody?pretty", "").await;
    session.call("GET", "/_connector/nobody?filter_path=status", "").await;
}

async fn methods_and_paths(session: &mut Session) {
    for (method, path) in [
        ("PATCH", JOBS),
        ("DELETE", "/_connector"),
        ("POST", "/_connector/_sync_job/j/_cancel"),
        ("POST", "/_connector/c"),
        ("OPTIONS", JOBS),
        ("OPTIONS", "/_connector/c"),
        ("OPTIONS", "/nothing"),
        ("HEAD", "/_connector/_sync_job/nobody"),
        ("GET", "/_connector/_sync_job/"),
        ("GET", "/nothing"),
        ("POST", "/_connector/c/d/e"),
        ("GET", "/_connector//_check_in"),
    ] {
        session.call(method, path, "").await;
    }
}

async fn bodies(session: &mut Session) {
    let deep = format!(r#"{{"name":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(4_096));
    for body in [
        &b"{\"name\":\"\xff\"}"[..],
        deep.as_bytes(),
        long.as_bytes(),
        b"{\"name\":\"a\"}{}",
        b"{\"name\":\"a\",}",
        b"{\"name\":\"a\", \"name\":\"b\"}",
        b"{\"n\\u0061me\":\"a\", \"name\":\"b\"}",
        b"{\"name\":\"a",
        b"null",
        b"7",
        b" ",
        b"{\"name\":{\"a\":1}}",
        b"{\"name\":\"\\ud800\"}",
    ] {
        session.send("PUT", "/_connector/c", &[JSON], body).await;
    }
    session.stall("PUT", "/_connector/c", b"{\"name\":\"a\"}").await;
    session.call("GET", "/_connector?filter_path=count", "").await;
}
