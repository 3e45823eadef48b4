//! HTTP/2 between a client and an application, in one process.

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, test as actix_test, web};
use bytes::Bytes;
use futures_util::future::FutureExt as _;
use futures_util::stream;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{self as client, SendRequest};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::super::connection::Limits;
use super::super::open_connections::OpenConnections;
use super::*;

const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Longer than any window.
const LARGE: usize = 3 * 1024 * 1024;

/// Method, target, some headers and the length of the body.
async fn told(request: HttpRequest, body: Bytes) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    HttpResponse::Ok().insert_header(("connection", "close")).body(format!(
        "{} {} host={:?} refused={:?} te={:?} expect={:?} body={}",
        request.method(),
        request.uri(),
        header("host"),
        header(head::REFUSED.as_str()),
        header("transfer-encoding"),
        header("expect"),
        body.len()
    ))
}

async fn large() -> HttpResponse {
    HttpResponse::Ok().body(vec![b'x'; LARGE])
}

async fn streamed() -> HttpResponse {
    let pieces = stream::iter((0..LARGE / 1024).map(|_| Ok::<_, Error>(Bytes::from(vec![b'y'; 1024]))));
    HttpResponse::Ok().streaming(pieces)
}

/// A client whose window for answers has this size, the connection on the side of the service, and what ends it.
async fn connected(window: u32) -> (SendRequest<Full<Bytes>>, JoinHandle<()>, watch::Sender<()>) {
    let application = App::new()
        .app_data(web::PayloadConfig::new(LARGE))
        .route("/large", web::to(large))
        .route("/streamed", web::to(streamed))
        .route("/slow", web::to(|| sleep(Duration::from_secs(20)).map(|()| HttpResponse::Ok().body("slow"))))
        .default_service(web::to(told));
    let application = Rc::new(actix_test::init_service(application).await);
    let (end, ending) = watch::channel(());
    let plan = Plan {
        address: "127.0.0.1:1".parse().unwrap(),
        limits: Limits { head_timeout: HEAD_TIMEOUT, write_timeout: WRITE_TIMEOUT, body_limit: u64::MAX },
        keep_alive: KEEP_ALIVE,
        open_connections: OpenConnections::default(),
        ending: Rc::new(move || {
            let mut ending = ending.clone();
            async move { ending.changed().await.unwrap() }.boxed_local()
        }),
    };
    let (near, far) = tokio::io::duplex(64 * 1024);
    let served = actix_web::rt::spawn(async move { serve(&plan, far, None, application).await });
    let mut builder = client::Builder::new(LocalExecutor);
    builder.initial_stream_window_size(window).max_header_list_size(1024 * 1024);
    let (sender, connection) = builder.handshake(TokioIo::new(near)).await.unwrap();
    actix_web::rt::spawn(connection.map(drop));
    (sender, served, end)
}

fn request(method: &str, target: &str) -> hyper::http::request::Builder {
    hyper::Request::builder().method(method).uri(format!("https://example.org{target}"))
}

async fn answer(sender: &mut SendRequest<Full<Bytes>>, request: hyper::Request<Full<Bytes>>) -> String {
    let answer = sender.send_request(request).await.unwrap();
    assert!(!answer.headers().contains_key("connection"), "{answer:?}");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[actix_web::test]
async fn applications_see_requests_like_those_of_http_1() {
    let (mut sender, _served, _end) = connected(65_535).await;
    let forged = request("GET", "/a/b?c=d")
        .header(head::REFUSED.as_str(), "malformed")
        .header("expect", "100-continue")
        .body(Full::default())
        .unwrap();
    assert_eq!(
        answer(&mut sender, forged).await,
        r#"GET /a/b?c=d host=Some("example.org") refused=None te=None expect=None body=0"#
    );
    let body = Full::new(Bytes::from(vec![b'z'; 300_000]));
    let posted = request("POST", "/a").body(body).unwrap();
    let told = answer(&mut sender, posted).await;
    assert!(told.starts_with("POST /a ") && told.ends_with("body=300000"), "{told}");
    let raw = request("GET", "/ü").body(Full::default()).unwrap();
    let told = answer(&mut sender, raw).await;
    assert!(told.starts_with("GET / ") && told.contains(r#"refused=Some("target")"#), "{told}");
}

#[actix_web::test]
async fn answers_of_any_length_arrive_and_those_to_head_are_empty() {
    let (mut sender, _served, _end) = connected(65_535).await;
    for (path, letter, length) in [("/large", 'x', Some("3145728")), ("/streamed", 'y', None)] {
        let request = |method| request(method, path).body(Full::default()).unwrap();
        let answer = sender.send_request(request("HEAD")).await.unwrap();
        let declared = answer.headers().get("content-length").map(|value| value.to_str().unwrap());
        assert_eq!(declared, length, "{path}");
        assert!(answer.into_body().collect().await.unwrap().to_bytes().is_empty());
        let body = self::answer(&mut sender, request("GET")).await;
        assert!(body.len() == LARGE && body.chars().all(|found| found == letter), "{path}");
    }
}

#[actix_web::test]
async fn a_client_that_takes_nothing_of_an_answer_is_cut_off() {
    tokio::time::pause();
    for path in ["/large", "/streamed"] {
        let (mut sender, served, _end) = connected(20_000).await;
        let answer = sender.send_request(request("GET", path).body(Full::default()).unwrap()).await.unwrap();
        sleep(WRITE_TIMEOUT / 2).await;
        assert!(!served.is_finished(), "{path}");
        timeout(WRITE_TIMEOUT, served).await.expect(path).unwrap();
        assert!(answer.into_body().collect().await.is_err(), "{path}");
    }
}

#[actix_web::test]
async fn connections_without_requests_are_closed() {
    tokio::time::pause();
    let (sender, served, _end) = connected(65_535).await;
    timeout(HEAD_TIMEOUT + 5 * BETWEEN_LOOKS, served).await.expect("one that was never used").unwrap();
    drop(sender);

    let (mut sender, served, _end) = connected(65_535).await;
    answer(&mut sender, request("GET", "/slow").body(Full::default()).unwrap()).await;
    sleep(KEEP_ALIVE / 2).await;
    assert!(!served.is_finished());
    timeout(KEEP_ALIVE, served).await.expect("one that is idle").unwrap();
}

#[actix_web::test]
async fn a_graceful_end_lets_running_requests_finish() {
    tokio::time::pause();
    let (mut sender, served, end) = connected(65_535).await;
    let running = sender.send_request(request("GET", "/slow").body(Full::default()).unwrap());
    let running = actix_web::rt::spawn(running);
    sleep(Duration::from_secs(1)).await;
    end.send(()).unwrap();
    let answer = running.await.unwrap().unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "slow");
    timeout(5 * BETWEEN_LOOKS, served).await.expect("it ends").unwrap();
    let late = sender.send_request(request("GET", "/slow").body(Full::default()).unwrap()).await;
    assert!(late.is_err());
}
