//! A proxy between the service and its store that injects faults.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// A fault of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the request reaches the server.
    CutBefore,
    /// The server processes the request, and the connection is closed instead of returning the response.
    LoseAnswer,
    /// The proxy returns this status instead of the server.
    Answer(u16),
    /// The request reaches the server after this delay.
    Delay(Duration),
    /// There is no response until the faults are [cleared](Proxy::clear).
    Hang,
}

/// A fault for the requests with a text in their path, a number of times.
#[derive(Debug)]
struct Rule {
    part: String,
    times: usize,
    fault: Fault,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    rules: Mutex<Vec<Rule>>,
    /// The paths of all requests.
    seen: Mutex<Vec<String>>,
    /// How often faults were cleared, which ends hanging requests.
    cleared: watch::Sender<usize>,
}

/// A proxy on its own port, which stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    _runtime: Runtime,
}

impl Proxy {
    /// A proxy to the server at an `http://` address.
    ///
    /// # Panics
    /// If there is no port for it.
    pub fn to(url: &str) -> Self {
        let server = url.trim_start_matches("http://").parse().expect("host and port of the server");
        let (cleared, _) = watch::channel(0);
        let state = Arc::new(State { server, rules: Mutex::default(), seen: Mutex::default(), cleared });
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, _runtime: runtime }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Injects a fault into the next requests with `part` in their path, such as `/_bulk`; faults occur in the order
    /// in which they were added.
    pub fn fail(&self, part: &str, times: usize, fault: Fault) {
        held(&self.state.rules).push(Rule { part: part.to_owned(), times, fault });
    }

    /// Removes all faults; hanging connections are closed.
    pub fn clear(&self) {
        held(&self.state.rules).clear();
        self.state.cleared.send_modify(|times| *times += 1);
    }

    /// How many requests had `part` in their path.
    pub fn seen(&self, part: &str) -> usize {
        held(&self.state.seen).iter().filter(|path| path.contains(part)).count()
    }

    /// Whether all faults have occurred.
    pub fn is_done(&self) -> bool {
        held(&self.state.rules).iter().all(|rule| rule.times == 0)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((client, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let answered = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { state.answer(request).await }
        });
        let connection = server::conn::http1::Builder::new().serve_connection(TokioIo::new(client), answered);
        // Either side may close at any time, which ends only this connection.
        tokio::spawn(async move { drop(connection.await) });
    }
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

impl State {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<Answer> {
        let mut cleared = self.cleared.subscribe();
        let fault = self.fault(&request);
        if let Some(Fault::CutBefore) = fault {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        match fault {
            None | Some(Fault::CutBefore) => {}
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::Hang) => {
                let _ = cleared.changed().await;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            Some(Fault::Answer(status)) => return refusal(status).map_err(io::Error::other),
            Some(Fault::LoseAnswer) => {
                self.forward(Request::from_parts(head, Full::new(body))).await?;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
        self.forward(Request::from_parts(head, Full::new(body))).await
    }

    /// Sends a request to the server and returns the complete response.
    async fn forward(&self, request: Request<Full<Bytes>>) -> io::Result<Answer> {
        let stream = TcpStream::connect(self.server).await?;
        let (mut sender, connection) =
            client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Response::from_parts(head, Full::new(body).boxed()))
    }

    fn fault(&self, request: &Request<Incoming>) -> Option<Fault> {
        let path = request.uri().to_string();
        let mut rules = held(&self.rules);
        let rule = rules.iter_mut().find(|rule| rule.times > 0 && path.contains(&rule.part));
        let fault = rule.map(|rule| {
            rule.times -= 1;
            rule.fault
        });
        held(&self.seen).push(path);
        fault
    }
}

fn refusal(status: u16) -> Result<Answer, hyper::http::Error> {
    let body = r#"{"error":{"type":"told_exception","reason":"as the test told"}}"#;
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Full::from(body).boxed())
}
