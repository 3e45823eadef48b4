//! Pages in browsers: which hosts and origins are answered.

use tributary_tests::{Answer, Launch, Server, folder};

use crate::{ADMIN_KEY, private_file};

const CANCEL: &str = "/_connector/_sync_job/_cancel_by_query?status=pending";

/// The answer to a head as it is.
fn raw(server: &Server, head: &str) -> Answer {
    let mut connection = server.connect();
    connection.send(head.as_bytes()).unwrap();
    connection.read_answer(false).unwrap()
}

fn of_page(server: &Server, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    server.answer_to(method, target, headers, None)
}

fn with_admin_key() -> (tempfile::TempDir, Launch) {
    let keys = folder();
    let file = private_file(keys.path(), "admin.key", ADMIN_KEY);
    let launch =
        Launch::over("memory:").arguments(["--security", "on"]).variable("TRIBUTARY_ADMIN_KEY_FILE", file);
    (keys, launch)
}

#[test]
fn a_name_of_somebody_else_reaches_nothing() {
    let server = Launch::over("memory:").arguments(["--allowed-hosts", "search.example.org, b"]).start();
    for target in ["/", "/_connector", "/_health/live", "/_docs/", "/nowhere/at/all"] {
        let answer = raw(&server, &format!("GET {target} HTTP/1.1\r\nHost: evil.example:9200\r\n\r\n"));
        answer.refused_naming(421, &["[evil.example:9200]", "--allowed-hosts"]);
        assert!(answer.body.contains("security_exception"), "{}", answer.body);
    }
    for (head, status) in [
        ("GET http://evil.example/_connector HTTP/1.1\r\nHost: localhost\r\n\r\n", 421),
        ("GET /_connector HTTP/1.0\r\nHost: evil.example\r\n\r\n", 421),
        ("GET http://localhost/_connector HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        ("GET /_connector HTTP/1.0\r\n\r\n", 200),
        ("GET /_connector HTTP/1.1\r\nHost: SEARCH.example.org:80\r\n\r\n", 200),
        ("GET /_connector HTTP/1.1\r\nHost: b\r\n\r\n", 200),
        ("GET /_connector HTTP/1.1\r\nHost: [::1]:9200\r\n\r\n", 200),
    ] {
        assert_eq!(raw(&server, head).status, status, "{head}");
    }
    // The unread body does not become the next request.
    let put = "PUT /_connector/c HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\n\
               Content-Length: 2\r\n\r\n{}";
    raw(&server, put).refused_naming(421, &["[evil.example]"]);
    assert_eq!(server.list("/_connector").count, 0);
    let ended = server.stop();
    let logged = ended.log.lines().any(|line| line.contains("421") && line.contains("/nowhere/at/all"));
    assert!(logged, "{}", ended.log);
}

#[test]
fn with_security_every_name_is_answered() {
    let (_keys, launch) = with_admin_key();
    let server = launch.start();
    let head = |path: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: search.example\r\nAuthorization: ApiKey {ADMIN_KEY}\r\n\r\n")
    };
    assert_eq!(raw(&server, &head("/_connector")).status, 200);
    let page = [("Origin", "https://evil.example"), ("Authorization", &format!("ApiKey {ADMIN_KEY}"))];
    let _ = of_page(&server, "POST", CANCEL, &page).expect(200);
}

#[test]
fn a_page_of_another_site_changes_nothing() {
    let server = Server::start("memory:");
    let _ = server.put("/_connector/c", r#"{"service_type":"s3","index_name":"a"}"#).expect(201);
    let _ = server.send("POST", "/_connector/_sync_job", r#"{"id":"c"}"#).expect(201);
    for origin in ["https://evil.example", "null", "http://localhost:1"] {
        // What a form sends without asking before.
        of_page(&server, "POST", CANCEL, &[("Origin", origin)])
            .refused_naming(403, &[&format!("[{origin}]"), "--cors-origins"]);
        let read = of_page(&server, "GET", "/_connector", &[("Origin", origin)]).expect(200);
        assert_eq!(read.header("access-control-allow-origin"), None, "the page does not see it");
        let asked = [("Origin", origin), ("Access-Control-Request-Method", "DELETE")];
        let asked = of_page(&server, "OPTIONS", "/_connector/c", &asked);
        assert_eq!(asked.header("access-control-allow-origin"), None, "{asked:?}");
    }
    assert_eq!(server.list("/_connector/_sync_job?status=pending").count, 1);
    // The page with the documentation of the API is one of its own.
    let own = format!("http://{}", server.address());
    let _ = of_page(&server, "POST", CANCEL, &[("Origin", &own)]).expect(200);
    assert_eq!(server.list("/_connector/_sync_job?status=pending").count, 0);
}

#[test]
fn pages_of_configured_origins_are_let_in() {
    let (_keys, launch) = with_admin_key();
    let origin = "https://console.example.org";
    let server =
        launch.arguments(["--cors-origins", "https://a.example,https://console.example.org"]).start();
    let ask = |origin: &str, headers: &str| {
        let asked = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", headers),
        ];
        of_page(&server, "OPTIONS", "/_connector/c", &asked)
    };
    let allowed =
        ask(origin, "authorization,content-type,x-opaque-id,last-event-id,idempotency-key").expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(origin));
    assert!(allowed.header("access-control-allow-methods").unwrap().contains("PUT"), "{allowed:?}");
    assert_eq!(allowed.header("access-control-max-age"), Some("3600"));
    ask("https://evil.example", "authorization").refused_naming(403, &["[https://evil.example]"]);
    // A page sees refusals too.
    for (key, status) in [(ADMIN_KEY, 200), ("YTpi", 401)] {
        let with = [("Origin", origin), ("Authorization", &format!("ApiKey {key}"))];
        let answer = of_page(&server, "GET", "/_connector", &with).expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-elastic-product") && exposed.contains("warning"), "{exposed}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let with = [("Origin", "https://evil.example"), ("Authorization", &format!("ApiKey {ADMIN_KEY}"))];
    let other = of_page(&server, "GET", "/_connector", &with).expect(200);
    assert_eq!(other.header("access-control-allow-origin"), None);
}

#[test]
fn without_security_configured_pages_are_let_in_too() {
    let server = Launch::over("memory:").arguments(["--cors-origins", "https://a.example"]).start();
    let page = [("Origin", "https://a.example")];
    let answer = of_page(&server, "POST", CANCEL, &page).expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://a.example"));
    of_page(&server, "POST", CANCEL, &[("Origin", "https://evil.example")]).refused_naming(403, &["evil"]);
    let server = Launch::over("memory:").variable("TRIBUTARY_CORS_ORIGINS", "*").start();
    let answer = of_page(&server, "POST", CANCEL, &page).expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    Launch::over("memory:")
        .arguments(["--cors-origins", "a.example"])
        .finish()
        .gave_up_naming(&["--cors-origins", "such as https://console.example.org"]);
}
