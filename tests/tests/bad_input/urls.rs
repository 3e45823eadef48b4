//! Invalid query parameters, paths and methods.

use super::changing_nothing;

const LIST: &str = "/_connector/_sync_job";

#[test]
fn invalid_list_parameters() {
    changing_nothing(|server, _| {
        let cases: &[(&str, &[&str])] = &[
            ("status=done", &["status", "done", "in_progress"]),
            ("status=pending,finished", &["status", "finished", "completed"]),
            ("status=", &["status", "pending"]),
            ("job_type=full,partial", &["job_type", "partial", "access_control"]),
            ("from=-1", &["from", "-1"]),
            ("size=-1", &["size", "-1"]),
            ("from=1.5", &["from", "1.5"]),
            ("size=many", &["size", "many"]),
            ("size=", &["size"]),
            ("from=2147483648", &["from", "2147483648"]),
            ("size=99999999999999999999", &["size", "99999999999999999999"]),
            ("from=9901", &["10000", "10001", "status"]),
            ("from=9999&size=2", &["10000"]),
            ("size=10001", &["10000"]),
            ("sise=1", &["/_connector/_sync_job", "[sise]", "did you mean [size]"]),
            ("statu=pending&frm=1", &["[statu]", "[status]", "[frm]", "[from]"]),
            ("pretty=maybe", &["pretty", "maybe"]),
            ("connector_id=", &["connector_id"]),
        ];
        for (query, parts) in cases {
            server.get(&format!("{LIST}?{query}")).refused_naming(400, parts);
        }
        let _ = server.get(&format!("{LIST}?from=9900&size=100")).expect(200);
        let _ = server.get(&format!("{LIST}?from=10000&size=0")).expect(200);
    });
}

#[test]
fn a_repeated_parameter_that_takes_one_value() {
    changing_nothing(|server, job| {
        for query in ["size=1&size=1", "order=asc&order=asc", "from=0&size=1&from=0", "pretty&pretty"] {
            let name = query.split(['=', '&']).next().unwrap();
            server.get(&format!("{LIST}?{query}")).refused_naming(400, &[name]);
        }
        server
            .get("/_connector/connector-1?include_deleted&include_deleted")
            .refused_naming(400, &["include_deleted"]);
        server
            .call("DELETE", &format!("{LIST}/{job}?error_trace&error_trace"))
            .refused_naming(400, &["error_trace"]);
        for query in ["job_type=full&job_type=incremental", "status=pending&status=pending"] {
            let _ = server.get(&format!("{LIST}?{query}")).expect(200);
        }
    });
}

#[test]
fn unknown_parameters_of_every_call() {
    changing_nothing(|server, job| {
        let job = format!("{LIST}/{job}");
        let calls = [
            ("GET", "/", ""),
            ("POST", LIST, r#"{"id":"connector-1"}"#),
            ("GET", &job, ""),
            ("DELETE", &job, ""),
            ("PUT", &format!("{job}/_cancel"), ""),
            ("PUT", &format!("{job}/_check_in"), ""),
            ("PUT", &format!("{job}/_claim"), r#"{"worker_hostname":"w"}"#),
            ("PUT", &format!("{job}/_complete"), ""),
            ("POST", "/_connector", ""),
            ("PUT", "/_connector", ""),
            ("PUT", "/_connector/new", ""),
            ("GET", "/_connector", ""),
            ("DELETE", "/_connector/connector-1", ""),
            ("PUT", "/_connector/connector-1/_check_in", ""),
        ];
        for (method, path, body) in calls {
            let target = format!("{path}?filterpath=x");
            let answer = if body.is_empty() {
                server.call(method, &target)
            } else {
                server.send(method, &target, body)
            };
            answer.refused_naming(400, &["[filterpath]", "did you mean [filter_path]?", path]);
        }
    });
}

#[test]
fn invalid_escapes_and_unicode() {
    changing_nothing(|server, _| {
        for query in
            ["connector_id=%FF", "connector_id=%C3%28", "%FF=1", "status=%ZZ", "connector_id=%", "from=%4"]
        {
            let piece = query.split('=').find(|piece| piece.contains('%')).unwrap();
            server.get(&format!("{LIST}?{query}")).refused_naming(400, &[piece]);
        }
        for path in
            ["/_connector/%FF", "/_connector/_sync_job/%C3%28", "/_connector/_sync_job/%ED%A0%80/_cancel"]
        {
            let method = if path.ends_with("_cancel") { "PUT" } else { "GET" };
            server.call(method, path).refused_naming(400, &["%"]);
        }
        server.put("/_connector/%FE", "").refused_naming(400, &["%FE"]);
    });
}

#[test]
fn invalid_ids() {
    changing_nothing(|server, _| {
        let long = "x".repeat(513);
        server.get(&format!("/_connector/{long}")).refused_naming(400, &["512", "513"]);
        server.put(&format!("/_connector/{long}"), "").refused_naming(400, &["512", "513"]);
        server.get(&format!("{LIST}/{long}")).refused_naming(400, &["512"]);
        // The limit is in bytes of UTF-8, not in characters.
        server.put(&format!("/_connector/{}", "%C3%A9".repeat(257)), "").refused_naming(400, &["514"]);
        server.get("/_connector/nobody").refused_naming(404, &["nobody"]);
        server.get(&format!("{LIST}/nobody")).refused_naming(404, &["nobody"]);
        server.put(&format!("{LIST}/nobody/_cancel"), "").refused_naming(404, &["nobody"]);
    });
}

#[test]
fn unknown_methods_and_paths() {
    changing_nothing(|server, job| {
        let cases = [
            ("DELETE", LIST.to_owned(), "GET, HEAD, POST"),
            ("PATCH", format!("{LIST}/{job}"), "DELETE, GET, HEAD"),
            ("POST", format!("{LIST}/{job}/_cancel"), "PUT"),
            ("GET", format!("{LIST}/{job}/_claim"), "PUT"),
            ("HEAD", format!("{LIST}/{job}/_claim"), "PUT"),
            ("DELETE", "/_connector".into(), "GET, HEAD, POST, PUT"),
            ("POST", "/_connector/connector-1".into(), "DELETE, GET, HEAD, PUT"),
            ("GET", "/_connector/connector-1/_check_in".into(), "PUT"),
            ("PUT", "/".into(), "GET, HEAD"),
        ];
        for (method, path, allowed) in cases {
            let answer = server.call(method, &path);
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
            if method != "HEAD" {
                answer.refused_naming(405, &[method, &path]);
            }
            let options = server.call("OPTIONS", &path).expect(200);
            assert_eq!((options.header("allow"), options.body.as_str()), (Some(allowed), ""), "{path}");
        }
        for path in ["/nothing", "/_connector/a/b/c/d", "/_connector/connector-1/_nothing", "/_sync_job"] {
            server.get(path).refused_naming(400, &[path, "GET"]);
        }
    });
}

#[test]
fn head_is_get_without_its_body() {
    changing_nothing(|server, job| {
        for path in [
            "/",
            LIST,
            "/_connector",
            "/_connector/connector-1",
            &format!("{LIST}/{job}"),
            "/_connector/nobody",
        ] {
            let (get, head) = (server.get(path), server.call("HEAD", path));
            assert_eq!(head.status, get.status, "{path}");
            for header in ["content-length", "content-type", "x-elastic-product"] {
                assert_eq!(head.header(header), get.header(header), "{header} of {path}");
            }
        }
    });
}
