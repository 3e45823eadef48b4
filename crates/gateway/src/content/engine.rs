//! The engine of the content indices, and what is passed on to it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::timeout;
use tributary_api::{DEFAULT_BODY_TIMEOUT, Identity, PipelineDirectory};
use tributary_storage::{Deadline, SearchEngine, StoreError};

use super::cursors::Cursors;
use super::default_pipeline;
use super::own_names::OwnNames;
use super::pattern::AllowedMore;

/// The name by which requests choose no pipeline.
const NO_PIPELINE: &str = "_none";
/// How long a start waits for the pipeline of an engine that is there.
const PREPARATION: Duration = Duration::from_secs(5);
/// How long it may take to look for a pipeline: whoever waits for it has done something else already.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// The search engine with the content indices.
#[derive(Debug)]
pub struct Content {
    pub(super) engine: Arc<SearchEngine>,
    pub(super) own: Arc<OwnNames>,
    /// What is passed on beside the table.
    pub(super) more: Vec<AllowedMore>,
    pub(super) forwards_authorization: bool,
    pub(super) cursors: Cursors,
    /// How long a body may stall.
    pub(super) body_timeout: Duration,
    /// The version of Elasticsearch whose APIs are served.
    pub(super) version: String,
}

impl Content {
    /// An engine that requests are passed on to.
    #[must_use]
    pub fn new(engine: SearchEngine) -> Self {
        Self {
            engine: Arc::new(engine),
            own: Arc::new(OwnNames::new("")),
            more: Vec::new(),
            forwards_authorization: false,
            cursors: Cursors::default(),
            body_timeout: DEFAULT_BODY_TIMEOUT,
            version: Identity::default().version,
        }
    }

    /// Keeps everybody from the indices of a store of this service with a prefix, as from those without one.
    #[must_use]
    pub fn with_index_prefix(mut self, prefix: &str) -> Self {
        self.own = Arc::new(OwnNames::new(prefix));
        self
    }

    /// Passes on more requests.
    #[must_use]
    pub fn with_more(mut self, more: impl IntoIterator<Item = AllowedMore>) -> Self {
        self.more.extend(more);
        self
    }

    /// Passes on the `Authorization` of clients, in place of the credentials of this service.
    #[must_use]
    pub fn with_forwarded_authorization(mut self, forwards: bool) -> Self {
        self.forwards_authorization = forwards;
        self
    }

    /// Sets how long the body of a request may stall.
    #[must_use]
    pub fn with_body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// Sends a request of this service to the engine, with its credentials, repeatedly while the engine is away or
    /// overloaded: it has to have the same effect then. Answers status and body.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Bytes>,
        deadline: Deadline,
    ) -> Result<(u16, Bytes), StoreError> {
        self.engine.send(method, path, body.into(), deadline).await
    }

    /// Sets the version of Elasticsearch whose APIs are served, for warnings.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Creates the ingest pipeline that Elastic's connector service uses by default where the engine has none. It is done
    /// in the background as soon as the engine is there; if it is, this waits a while, so that the first requests find it.
    pub async fn prepare(&self) {
        let task = tokio::spawn(default_pipeline::prepare(Arc::clone(&self.engine)));
        if self.engine.is_known() {
            let _ = timeout(PREPARATION, task).await;
        }
    }
}

#[async_trait]
impl PipelineDirectory for Content {
    async fn has_pipeline(&self, name: &str, deadline: Deadline) -> Option<bool> {
        if name == NO_PIPELINE {
            return Some(true);
        }
        let path = format!("/_ingest/pipeline/{}", utf8_percent_encode(name, NON_ALPHANUMERIC));
        match self.send("GET", &path, "", deadline.within(LONGEST_LOOK)).await {
            Ok((200, _)) => Some(true),
            Ok((404, _)) => Some(false),
            Ok((status, _)) => {
                tracing::warn!(status, path, "it is not known whether an ingest pipeline exists");
                None
            }
            Err(error) => {
                tracing::warn!(%error, path, "it is not known whether an ingest pipeline exists");
                None
            }
        }
    }
}
