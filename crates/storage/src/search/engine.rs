//! A search engine that requests are passed on to: its addresses, TLS, credentials, product and version.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use reqwest::{Method, Url, redirect};

use super::START_PATIENCE;
use super::client::{Client, Request, authorization, built};
use super::deadlines::Purpose;
use super::dialect::{Dialect, Product};
use super::indices::detect;
use super::mappings::{RESERVATIONS, TOMBSTONES};
use super::settings::{
    API_KEY, CA_FILE, CLIENT_CERTIFICATE_FILE, PASSWORD, SearchSettings, USER, WrongAddress, nodes, setting,
};
use super::unready::Unready;
use crate::{BackendSetting, BackendSettings, Collection, Deadline, OpenError, StoreError};

/// What messages call the settings by.
const SETTINGS_NAME: &str = "content";
/// Longer than for documents of this service: a request may be a search or a change of any size.
const DEADLINE: BackendSetting = setting(
    "deadline",
    "How many seconds the engine may work on a request without a sign of progress; then it is answered 503.",
    Some("60"),
);

/// How long a connection may take to be made: then the next node is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A search engine that requests are passed on to, and the HTTP client for it.
#[derive(Debug)]
pub struct SearchEngine {
    client: Client,
    /// Sends requests with no header but their own.
    http: reqwest::Client,
    nodes: Vec<Url>,
    authorization: Option<HeaderValue>,
    deadline: Duration,
    known: RwLock<Option<Dialect>>,
    /// The node to try first.
    preferred: AtomicUsize,
}

impl SearchEngine {
    /// Its settings.
    pub const SETTINGS: &'static [BackendSetting] =
        &[USER, PASSWORD, API_KEY, CA_FILE, CLIENT_CERTIFICATE_FILE, DEADLINE];

    /// The engine at an address, or at several with commas between them. If it does not answer, it is used as soon as
    /// it does; an error if it refuses the credentials or is no search engine.
    pub async fn open(addresses: &str, settings: &BackendSettings) -> Result<Self, OpenError> {
        let nodes = nodes(addresses).map_err(|wrong| OpenError::InvalidLocation {
            url: "…".to_owned(),
            reason: match wrong {
                WrongAddress::Malformed(reason) => {
                    format!("{reason}; http://HOST:PORT is needed, or several with commas between them")
                }
                WrongAddress::HasPassword => format!(
                    "user and password do not belong into the address, where they are shown and logged; set [user] \
                     and [password] of [{SETTINGS_NAME}]"
                ),
            },
        })?;
        let deadline = settings.get(&DEADLINE).unwrap_or_default().to_owned();
        let settings = settings.clone().with(DEADLINE.name, deadline);
        let settings = SearchSettings::read(SETTINGS_NAME, addresses, &settings)?;
        let engine = Self {
            client: Client::new(&settings)?,
            // The client decides what a redirect means; answers are passed on as they are packed.
            http: built(&settings, || {
                reqwest::Client::builder()
                    .redirect(redirect::Policy::none())
                    .retry(reqwest::retry::never())
                    .connect_timeout(settings.deadline.min(CONNECT_TIMEOUT))
            })?,
            nodes,
            authorization: authorization(&settings)?,
            deadline: settings.deadline,
            known: RwLock::new(None),
            preferred: AtomicUsize::new(0),
        };
        match tokio::time::timeout(START_PATIENCE, engine.detected(Deadline::NONE)).await {
            Ok(Ok(_)) => {}
            Ok(Err(unready)) => unready.check_start(SETTINGS_NAME)?,
            Err(_) => {
                let reason = engine.client.last_failure();
                tracing::warn!(reason, "the engine of the content indices does not answer yet");
            }
        }
        Ok(engine)
    }

    /// Whether it has answered, so that it is known which engine it is.
    pub fn is_known(&self) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Which engine it is; it is asked once.
    pub async fn product(&self, deadline: Deadline) -> Result<Product, StoreError> {
        let known = self.detected(deadline).await.map_err(|unready| unready.to_store_error())?;
        Ok(known.product)
    }

    async fn detected(&self, deadline: Deadline) -> Result<Dialect, Unready> {
        if let Some(known) = *self.known.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(known);
        }
        let end = self.client.deadlines.request_deadline(Purpose::Read, deadline).end();
        let Ok(detected) = tokio::time::timeout_at(end.into(), detect(&self.client, None)).await else {
            return Err(StoreError::unavailable(self.client.last_failure()).into());
        };
        let detected = detected?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(detected);
        tracing::info!(server = ?detected, "the engine of the content indices is ready");
        Ok(detected)
    }

    /// Sends a request of this service, repeatedly while the engine is away or overloaded: it has to have the same effect
    /// then. Answers status and body.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: Bytes,
        deadline: Deadline,
    ) -> Result<(u16, Bytes), StoreError> {
        let method =
            Method::from_bytes(method.as_bytes()).map_err(|error| StoreError::Backend(error.into()))?;
        let request = match method {
            Method::GET | Method::HEAD => Request::read(method, path, body),
            _ => Request::change(method, path, body),
        };
        let answer = self.client.send(&request, deadline).await?;
        Ok((answer.status, answer.body))
    }

    /// The client for requests that are passed on. It adds no header, follows no redirect and repeats nothing.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// How long it may work on a request.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The addresses of its nodes in the order to try them.
    pub fn nodes(&self) -> impl Iterator<Item = &Url> {
        let first = self.preferred.load(Ordering::Relaxed);
        (0..self.nodes.len()).map(move |number| &self.nodes[(first + number) % self.nodes.len()])
    }

    /// Has the node after this one be tried first.
    pub fn avoid(&self, node: &Url) {
        if let Some(number) = self.nodes.iter().position(|known| known == node) {
            self.preferred.store((number + 1) % self.nodes.len(), Ordering::Relaxed);
        }
    }

    /// The aliases that a store of this service has in an engine, without a prefix. The names of its indices begin with
    /// them.
    pub fn own_aliases() -> impl Iterator<Item = &'static str> {
        Collection::ALL.into_iter().chain([RESERVATIONS, TOMBSTONES]).map(|collection| collection.index_alias)
    }
}
