//! Media types of request bodies other than JSON, and of answers.

use super::changing_nothing;

const LIST: &str = "/_connector/_sync_job";
const BODY: &[u8] = br#"{"id":"connector-1"}"#;

#[test]
fn bodies_that_are_not_json() {
    changing_nothing(|server, job| {
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "application/xml",
            "application/jsonx",
            "nonsense",
            "application/vnd.elasticsearch+json; compatible-with=7",
        ] {
            let answer = server.answer_to("POST", LIST, &[("Content-Type", media_type)], Some(BODY));
            assert!([406, 415].contains(&answer.status), "{media_type}: {}", answer.body);
            answer.refused_naming(answer.status, &["Content-Type", media_type.split(';').next().unwrap()]);
            let target = format!("{LIST}/{job}/_claim");
            let body = br#"{"worker_hostname":"w"}"#;
            let answer = server.answer_to("PUT", &target, &[("Content-Type", media_type)], Some(body));
            answer.refused_naming(answer.status, &["Content-Type"]);
        }
        let answer = server.answer_to("POST", LIST, &[], Some(BODY));
        assert!([406, 415].contains(&answer.status), "{}", answer.body);
        answer.refused_naming(answer.status, &["Content-Type"]);
    });
}

#[test]
fn answers_in_an_unsupported_version() {
    changing_nothing(|server, _| {
        let accept = "application/vnd.elasticsearch+json; compatible-with=7";
        let answer = server.answer_to("GET", LIST, &[("Accept", accept)], None);
        answer.refused_naming(406, &["Accept", "7"]);
    });
}

#[test]
fn answers_in_an_unsupported_format() {
    changing_nothing(|server, job| {
        for accept in [
            "application/yaml",
            "application/cbor",
            "application/smile",
            "application/vnd.elasticsearch+yaml; compatible-with=9",
            "application/yaml, application/cbor",
        ] {
            for (method, target) in [("GET", LIST.to_owned()), ("DELETE", format!("{LIST}/{job}"))] {
                let answer = server.answer_to(method, &target, &[("Accept", accept)], None);
                answer.refused_naming(406, &["Accept", accept, "application/json"]);
            }
        }
    });
}

#[test]
fn answers_have_the_requested_media_type() {
    changing_nothing(|server, _| {
        for (accept, expected) in [
            ("*/*", "application/json"),
            ("application/json", "application/json"),
            (
                "application/vnd.elasticsearch+json; compatible-with=8",
                "application/vnd.elasticsearch+json;compatible-with=8",
            ),
            (
                "application/vnd.elasticsearch+json;compatible-with=9",
                "application/vnd.elasticsearch+json;compatible-with=9",
            ),
        ] {
            for target in [LIST, "/", "/_connector/nobody", "/nothing", "/_connector?sise=1"] {
                let answer = server.answer_to("GET", target, &[("Accept", accept)], None);
                assert_eq!(answer.header("content-type"), Some(expected), "{target} {accept}");
                assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"), "{target}");
            }
        }
        assert_eq!(server.get(LIST).header("content-type"), Some("application/json"));
    });
}

#[test]
fn errors_are_indented_on_request() {
    changing_nothing(|server, _| {
        let answer = server.get("/_connector/nobody?pretty");
        assert!(answer.body.starts_with("{\n  \"error\": {\n"), "{}", answer.body);
        answer.refused_naming(404, &["nobody"]);
        let answer = server.get("/_connector/nobody?filter_path=count");
        answer.refused_naming(404, &["nobody"]);
    });
}
