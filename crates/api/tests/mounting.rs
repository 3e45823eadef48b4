//! What whoever mounts the API may hand in: observers of requests, and a fallback for what is not mounted.
#![allow(missing_docs, reason = "a test")]

use std::sync::{Arc, Mutex};

use actix_web::http::{Method, StatusCode};
use actix_web::{App, HttpRequest, HttpResponse, test, web};
use tributary_api::{Api, HeadRefusal, Observation};
use tributary_storage::MemoryStore;

type Seen = Arc<Mutex<Vec<String>>>;

/// The API with an observer that writes down what it hears.
fn observed() -> (Api, Seen) {
    let seen = Seen::default();
    let heard = Arc::clone(&seen);
    let api = Api::new(Arc::new(MemoryStore::default())).with_observer(move |one: &Observation<'_>| {
        let (method, path) = (one.request.method(), one.request.path());
        let line = format!("{method} {path} {} {}", one.endpoint.unwrap_or("-"), one.status.as_u16());
        heard.lock().unwrap().push(line);
    });
    (api, seen)
}

#[actix_web::test]
async fn an_observer_hears_of_each_request() {
    let (api, seen) = observed();
    let also_seen = Seen::default();
    let also_heard = Arc::clone(&also_seen);
    let api = api.with_observer(move |one: &Observation<'_>| {
        assert!(one.duration.as_secs() < 60);
        also_heard.lock().unwrap().push(one.status.to_string());
    });
    let app = App::new().service(web::scope("/search").configure(api.configure()));
    let app = test::init_service(app).await;
    for (method, path) in [
        (Method::GET, "/search/_connector?from=0"),
        (Method::HEAD, "/search/_connector/nobody"),
        (Method::GET, "/search/_docs"),
        (Method::GET, "/search/_connector?form=0"),
        (Method::PATCH, "/search/_connector"),
        (Method::OPTIONS, "/search/_connector"),
        (Method::GET, "/search/nothing"),
    ] {
        let request = test::TestRequest::with_uri(path).method(method).to_request();
        test::call_service(&app, request).await;
    }
    let request = test::TestRequest::with_uri("/any").to_http_request();
    assert_eq!(api.refuse_head(&request, HeadRefusal::Host).status(), StatusCode::BAD_REQUEST);
    let seen = seen.lock().unwrap();
    assert_eq!(
        *seen,
        [
            "GET /search/_connector connector.list 200",
            "HEAD /search/_connector/nobody connector.get 404",
            "GET /search/_docs docs 200",
            "GET /search/_connector connector.list 400",
            "PATCH /search/_connector - 405",
            "OPTIONS /search/_connector - 200",
            "GET /search/nothing - 400",
            "GET /any - 400",
        ]
    );
    assert_eq!(also_seen.lock().unwrap().len(), seen.len());
}

#[actix_web::test]
async fn a_fallback_answers_what_is_not_mounted_and_nothing_else() {
    async fn pass_on(request: HttpRequest, payload: web::Payload) -> HttpResponse {
        let body = payload.to_bytes().await.unwrap();
        HttpResponse::Accepted().body(format!("{} {} {}", request.method(), request.path(), body.len()))
    }
    let (api, seen) = observed();
    let api = api.with_fallback(pass_on);
    let app = App::new().service(web::scope("/search").configure(api.configure()));
    let app = test::init_service(app).await;
    let send = async |method: Method, path: &str| {
        let mut request = test::TestRequest::with_uri(path).method(method.clone());
        if method == Method::POST {
            request = request.set_payload("body");
        }
        let answer = test::call_service(&app, request.to_request()).await;
        let status = answer.status().as_u16();
        (status, String::from_utf8_lossy(&test::read_body(answer).await).into_owned())
    };
    assert_eq!(send(Method::POST, "/search/_bulk").await, (202, "POST /search/_bulk 4".to_owned()));
    let (status, text) = send(Method::DELETE, "/search/_connector").await;
    assert!(status == 405 && text.contains("allowed"), "{text}");
    let (status, text) = send(Method::GET, "/search/_docs/nothing.js").await;
    assert!(status == 400 && text.contains("no handler found"), "{text}");
    assert_eq!(send(Method::GET, "/elsewhere").await.0, 404);
    assert_eq!(seen.lock().unwrap()[0], "POST /search/_bulk - 202");
    assert_eq!(seen.lock().unwrap().len(), 3);
}
