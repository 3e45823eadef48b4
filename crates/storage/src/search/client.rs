//! The way to the servers: several nodes, deadlines, retries, and what an answer means.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Certificate, Identity, Method, Url};

use super::budget::{Budget, Deadlines, Purpose};
use super::problem::Problem;
use super::settings::{CA_FILE, CLIENT_CERTIFICATE_FILE, SearchSettings, invalid_file};
use super::tls;
use crate::backoff::backoff;
use crate::{Deadline, OpenError, StoreError};

/// By which Elasticsearch makes itself known.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

/// The nodes of a cluster.
#[derive(Debug)]
pub(super) struct Client {
    nodes: Vec<Url>,
    http: reqwest::Client,
    /// Why the last try that failed did, for whoever waits and does not know what for.
    failure: Mutex<String>,
    /// The node that answered last: it is asked first.
    preferred: AtomicUsize,
    pub(super) deadlines: Deadlines,
}

/// A request that may be sent several times: reads, and changes that are guarded by a version.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) purpose: Purpose,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Bytes,
}

/// An answer that is neither a failure of the way nor of a server that has to be asked again.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) is_elasticsearch: bool,
    pub(super) body: Bytes,
    /// Whether an earlier try may have been carried out, its answer lost.
    pub(super) is_repeated: bool,
}

impl Request {
    pub(super) fn read(method: Method, path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { purpose: Purpose::Read, method, path: path.into(), body: body.into() }
    }

    pub(super) fn change(method: Method, path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { purpose: Purpose::Change, method, path: path.into(), body: body.into() }
    }
}

/// Why one try came to nothing.
struct Lost {
    reason: String,
    /// Whether the request may have been carried out.
    is_ambiguous: bool,
}

impl Client {
    pub(super) fn new(settings: &SearchSettings) -> Result<Self, OpenError> {
        Ok(Self {
            nodes: settings.nodes.clone(),
            http: http(settings)?,
            failure: Mutex::new(String::new()),
            preferred: AtomicUsize::new(0),
            deadlines: Deadlines { change: settings.deadline, read: settings.read_deadline },
        })
    }

    /// Sends a request within the time that its purpose has, and that is left until a deadline.
    pub(super) async fn send(&self, request: &Request, deadline: Deadline) -> Result<Answer, StoreError> {
        self.send_within(request, self.deadlines.budget(request.purpose, deadline)).await
    }

    /// Sends a request within its time, to another node where one does not answer, again and again
    /// while the servers are away or overloaded.
    pub(super) async fn send_within(&self, request: &Request, budget: Budget) -> Result<Answer, StoreError> {
        let mut pauses = backoff();
        let mut is_repeated = false;
        let mut tried = 0;
        let mut reason = "no time was left".to_owned();
        let first = self.preferred.load(Ordering::Relaxed);
        while let Some(left) = budget.left() {
            let node = (first + tried) % self.nodes.len();
            // Nodes that come after it in this round keep a share of the time: it may hang.
            let others = self.nodes.len() - 1 - tried % self.nodes.len();
            let share = left / u32::try_from(others + 1).unwrap_or(1);
            match self.try_once(node, request, share).await {
                Ok(answer) => {
                    self.preferred.store(node, Ordering::Relaxed);
                    return Ok(Answer { is_repeated, ..answer });
                }
                Err(lost) => {
                    is_repeated |= lost.is_ambiguous;
                    reason = lost.reason;
                    self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&reason);
                }
            }
            tried += 1;
            // All nodes first, then pauses.
            if tried % self.nodes.len() == 0 {
                let (Some(left), Some(pause)) = (budget.left(), pauses.next()) else { break };
                tokio::time::sleep(pause.min(left)).await;
            }
        }
        Err(StoreError::unavailable(format!(
            "{} {} was given up after {} ms and {tried} tries: {reason}",
            request.method,
            request.path,
            budget.whole().as_millis()
        )))
    }

    /// Why the last try that failed did; empty where none has.
    pub(super) fn last_failure(&self) -> String {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn try_once(&self, node: usize, request: &Request, time: Duration) -> Result<Answer, Lost> {
        let url = &self.nodes[node];
        // Without an answer nothing is known: the request may have arrived.
        let lost = |error: &dyn Error| {
            let reason = causes(error);
            Lost { reason: format!("{}{reason}", tls::hint(url, &reason)), is_ambiguous: true }
        };
        let address = format!("{}{}", url.as_str().trim_end_matches('/'), request.path);
        let mut sent = self.http.request(request.method.clone(), address).timeout(time);
        if !request.body.is_empty() {
            sent = sent.body(request.body.clone());
        }
        let response = sent.send().await.map_err(|error| lost(&error))?;
        let status = response.status().as_u16();
        let is_elasticsearch = response.headers().contains_key(PRODUCT);
        let body = response.bytes().await.map_err(|error| lost(&error))?;
        if is_passing(status, &body) {
            let reason = format!("the server answered {status}: {}", Problem::read(&body).reason);
            // Only what was refused at the door was not carried out.
            return Err(Lost { reason, is_ambiguous: status != 429 });
        }
        Ok(Answer { status, is_elasticsearch, body, is_repeated: false })
    }
}

/// The way to the servers.
fn http(settings: &SearchSettings) -> Result<reqwest::Client, OpenError> {
    // A process has one for all of TLS; whoever embeds the store may have chosen another.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let in_file = |setting, error: &dyn Error| invalid_file(settings.product, setting, &causes(error));
    let builder = |identity: Option<&Vec<u8>>| {
        // Servers are reached directly: the proxies of the environment are for what is outside.
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .user_agent(concat!("tributary/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(settings)?);
        if let Some(pem) = &settings.authorities {
            let certificates =
                Certificate::from_pem_bundle(pem).map_err(|error| in_file(&CA_FILE, &error))?;
            if certificates.is_empty() {
                return Err(invalid_file(settings.product, &CA_FILE, "it holds no certificate"));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(pem) = identity {
            let identity =
                Identity::from_pem(pem).map_err(|error| in_file(&CLIENT_CERTIFICATE_FILE, &error))?;
            builder = builder.identity(identity);
        }
        Ok(builder)
    };
    // Some of what is wrong in the files is found only when all is put together, and not in which of them.
    let plain = builder(None)?.build().map_err(|error| match &settings.authorities {
        Some(_) => in_file(&CA_FILE, &error),
        None => unusable(error),
    })?;
    let Some(pem) = &settings.client_certificate else { return Ok(plain) };
    builder(Some(pem))?.build().map_err(|error| in_file(&CLIENT_CERTIFICATE_FILE, &error))
}

/// What every request begins with.
fn headers(settings: &SearchSettings) -> Result<HeaderMap, OpenError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Packing a page costs more than sending it, and nothing here unpacks one.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(authorization) = &settings.authorization {
        let mut value = HeaderValue::from_str(authorization).map_err(unusable)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// Whether an answer says that the server is overloaded, comes up or goes down. A block that waiting
/// does not lift is none of these: it is answered 429, and 503 while a cluster is still coming up.
fn is_passing(status: u16, body: &[u8]) -> bool {
    match status {
        429 => Problem::read(body).kind != "cluster_block_exception",
        500 => Problem::read(body).kind == "node_closed_exception",
        502..=504 => true,
        _ => false,
    }
}

impl Answer {
    /// The body of a success; an error of the store for any other answer.
    pub(super) fn success(self) -> Result<Bytes, StoreError> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        Err(Problem::read(&self.body).into_store_error(self.status))
    }
}

/// An error with everything below it, in one line.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(cause) = inner {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        inner = cause.source();
    }
    text
}

fn unusable(error: impl Error + Send + Sync + 'static) -> OpenError {
    OpenError::Backend(error.into())
}
