//! The HTTP client of a cluster: nodes, deadlines, retries, and the interpretation of responses.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Certificate, ClientBuilder, Identity, Method, Url};

use super::deadlines::{Deadlines, Purpose, RequestDeadline};
use super::open_point::LeftOpen;
use super::problem::Problem;
use super::settings::{CA_FILE, CLIENT_CERTIFICATE_FILE, SearchSettings, invalid_file};
use super::tls;
use crate::backoff::backoff;
use crate::{Deadline, OpenError, StoreError};

/// The header that identifies Elasticsearch.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

/// The nodes of a cluster.
#[derive(Debug)]
pub(super) struct Client {
    nodes: Vec<Url>,
    http: reqwest::Client,
    /// The reason of the last failed attempt, for callers that time out.
    failure: Mutex<String>,
    /// The node that answered last: it is tried first.
    preferred: AtomicUsize,
    pub(super) deadlines: Deadlines,
    pub(super) left_open: LeftOpen,
}

/// A request that may be sent repeatedly: a read, or a change guarded by a version.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) purpose: Purpose,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Bytes,
}

/// A response that is neither a transport failure nor retryable.
#[derive(Debug)]
pub(super) struct ServerResponse {
    pub(super) status: u16,
    pub(super) is_elasticsearch: bool,
    pub(super) body: Bytes,
    /// Whether an earlier attempt may have been applied, its response lost.
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

/// Why one attempt failed.
struct FailedAttempt {
    reason: String,
    /// Whether the request may have been applied.
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
            left_open: LeftOpen::default(),
        })
    }

    /// Sends a request within the time limit of its purpose and the deadline.
    pub(super) async fn send(
        &self,
        request: &Request,
        deadline: Deadline,
    ) -> Result<ServerResponse, StoreError> {
        self.send_within(request, self.deadlines.request_deadline(request.purpose, deadline)).await
    }

    /// Sends a request within a time limit: to another node if one does not answer, and repeatedly while the servers
    /// are unavailable or overloaded.
    pub(super) async fn send_within(
        &self,
        request: &Request,
        request_deadline: RequestDeadline,
    ) -> Result<ServerResponse, StoreError> {
        let mut pauses = backoff();
        let mut is_repeated = false;
        let mut tried = 0;
        let mut reason = "no time was left".to_owned();
        let first = self.preferred.load(Ordering::Relaxed);
        while let Some(left) = request_deadline.left() {
            let node = (first + tried) % self.nodes.len();
            // Reserve a share of the time for the remaining nodes of this round: this one may hang.
            let others = self.nodes.len() - 1 - tried % self.nodes.len();
            let share = left / u32::try_from(others + 1).unwrap_or(1);
            match self.try_once(node, request, share).await {
                Ok(answer) => {
                    self.preferred.store(node, Ordering::Relaxed);
                    return Ok(ServerResponse { is_repeated, ..answer });
                }
                Err(lost) => {
                    is_repeated |= lost.is_ambiguous;
                    reason = lost.reason;
                    self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&reason);
                }
            }
            tried += 1;
            // All nodes first, then a pause.
            if tried % self.nodes.len() == 0 {
                let (Some(left), Some(pause)) = (request_deadline.left(), pauses.next()) else { break };
                tokio::time::sleep(pause.min(left)).await;
            }
        }
        Err(StoreError::unavailable(format!(
            "{} {} was given up after {} ms and {tried} tries: {reason}",
            request.method,
            request.path,
            request_deadline.whole().as_millis()
        )))
    }

    /// The reason of the last failed attempt; empty if there is none.
    pub(super) fn last_failure(&self) -> String {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn try_once(
        &self,
        node: usize,
        request: &Request,
        time: Duration,
    ) -> Result<ServerResponse, FailedAttempt> {
        let url = &self.nodes[node];
        // Without a response the request may have been received.
        let lost = |error: &dyn Error| {
            let reason = causes(error);
            FailedAttempt { reason: format!("{}{reason}", tls::hint(url, &reason)), is_ambiguous: true }
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
            // Only a rejected request is certain not to have been applied.
            return Err(FailedAttempt { reason, is_ambiguous: status != 429 });
        }
        Ok(ServerResponse { status, is_elasticsearch, body, is_repeated: false })
    }
}

/// The HTTP client of all nodes.
fn http(settings: &SearchSettings) -> Result<reqwest::Client, OpenError> {
    let headers = headers(settings)?;
    built(settings, || reqwest::Client::builder().default_headers(headers.clone()))
}

/// An HTTP client for all nodes, over one that has no way to them yet.
pub(super) fn built(
    settings: &SearchSettings,
    start: impl Fn() -> ClientBuilder,
) -> Result<reqwest::Client, OpenError> {
    // A process has one provider; a program that embeds the store may have installed another.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let in_file = |setting, error: &dyn Error| invalid_file(settings.scheme, setting, &causes(error));
    let builder = |identity: Option<&Vec<u8>>| {
        // Servers are reached directly: the proxies of the environment are for what is outside.
        let mut builder = start().no_proxy().user_agent(concat!("tributary/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &settings.authorities {
            let certificates =
                Certificate::from_pem_bundle(pem).map_err(|error| in_file(&CA_FILE, &error))?;
            if certificates.is_empty() {
                return Err(invalid_file(settings.scheme, &CA_FILE, "it holds no certificate"));
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
    // Some errors show only when the client is built, and do not name the file.
    let plain = builder(None)?.build().map_err(|error| match &settings.authorities {
        Some(_) => in_file(&CA_FILE, &error),
        None => unusable(error),
    })?;
    let Some(pem) = &settings.client_certificate else { return Ok(plain) };
    builder(Some(pem))?.build().map_err(|error| in_file(&CLIENT_CERTIFICATE_FILE, &error))
}

/// The headers of every request.
fn headers(settings: &SearchSettings) -> Result<HeaderMap, OpenError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Compressing a page costs more than sending it.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend(authorization(settings)?.map(|value| (AUTHORIZATION, value)));
    Ok(headers)
}

/// The value of the `Authorization` header.
pub(super) fn authorization(settings: &SearchSettings) -> Result<Option<HeaderValue>, OpenError> {
    let value = settings.authorization.as_deref().map(HeaderValue::from_str).transpose();
    let mut value = value.map_err(unusable)?;
    if let Some(value) = &mut value {
        value.set_sensitive(true);
    }
    Ok(value)
}

/// Whether a response means that the server is overloaded, starting or stopping. A cluster block that persists is not
/// included: it is answered with 429, and with 503 while a cluster is still starting.
fn is_passing(status: u16, body: &[u8]) -> bool {
    match status {
        429 => Problem::read(body).kind != "cluster_block_exception",
        500 => Problem::read(body).kind == "node_closed_exception",
        502..=504 => true,
        _ => false,
    }
}

impl ServerResponse {
    /// The body of a success; a store error for any other response.
    pub(super) fn success(self) -> Result<Bytes, StoreError> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        Err(Problem::read(&self.body).into_store_error(self.status))
    }
}

/// An error with all its causes, in one line.
pub(super) fn causes(error: &dyn Error) -> String {
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
