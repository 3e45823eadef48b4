//! The page that shows the OpenAPI document: whole, from this program alone, under any prefix.
#![allow(missing_docs, reason = "a test")]

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use actix_web::{App, test, web};
use tributary_api::Api;
use tributary_storage::MemoryStore;

#[actix_web::test]
async fn the_page_has_all_of_its_parts() {
    let api = Api::new(Arc::new(MemoryStore::default()));
    let app = App::new().service(web::scope("/search").configure(api.configure()));
    let app = test::init_service(app).await;
    let get = async |path: &str| {
        let answer = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, String::from_utf8_lossy(&test::read_body(answer).await).into_owned())
    };

    for (page, base) in [("/search/_docs", "/search/_docs/"), ("/search/_docs/", "/search/_docs/")] {
        let (status, headers, text) = get(page).await;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!((status, header("content-type")), (StatusCode::OK, "text/html"));
        assert!(header("content-security-policy").starts_with("default-src 'self'"));
        assert_eq!(text.contains("<base href=\"_docs/\">"), !page.ends_with('/'), "{text}");
        let parts = text.split(['"']).filter(|part| [".js", ".css"].iter().any(|end| part.ends_with(end)));
        let parts: Vec<&str> = parts.collect();
        assert!(parts.len() >= 4 && !text.contains("http"), "{text}");
        for part in parts {
            let (status, ..) = get(&format!("{base}{}", part.trim_start_matches("./"))).await;
            assert_eq!(status, StatusCode::OK, "{part}");
        }
    }
    let (_, _, script) = get("/search/_docs/swagger-initializer.js").await;
    assert!(script.contains("../_openapi.json"), "{script}");
    let (status, ..) = get("/search/_openapi.json").await;
    assert_eq!(status, StatusCode::OK);

    let (status, _, text) = get("/search/_docs/nothing.js").await;
    assert!(status == StatusCode::BAD_REQUEST && text.contains("no handler found"), "{text}");
    let request = test::TestRequest::post().uri("/search/_docs").to_request();
    let answer = test::call_service(&app, request).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers().get("allow").unwrap(), "GET, HEAD");
    for path in ["/search/_docs", "/search/_docs/swagger-ui.css"] {
        let request = test::TestRequest::with_uri(path).method(Method::OPTIONS);
        let request = request.insert_header(("x-opaque-id", "client-7")).to_request();
        let answer = test::call_service(&app, request).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let headers = ["allow", "x-elastic-product", "x-opaque-id"].map(header);
        assert_eq!(headers, [Some("GET, HEAD"), Some("Elasticsearch"), Some("client-7")]);
    }
}
