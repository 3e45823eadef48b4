//! The state shared by all endpoints of an API: store, clock, id generator and keys.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tributary_secrets::Vault;
use tributary_service::access::KeyRing;
use tributary_service::sync_job::{PipelineDirectory, SyncJobHub};
use tributary_service::{Clock, IdGenerator};
use tributary_storage::Store;

use crate::body::BodyLimits;
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::observe::Observer;

/// What `GET /` reports about this service; clients check it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name of this instance.
    pub name: String,
    /// The name of the cluster reported to clients.
    pub cluster_name: String,
    /// The version of Elasticsearch whose APIs are served.
    pub version: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self { name: "tributary".into(), cluster_name: "tributary".into(), version: "9.5.0".into() }
    }
}

/// Handles requests for paths without an endpoint.
pub(crate) type Fallback =
    Arc<dyn Fn(HttpRequest, web::Payload) -> LocalBoxFuture<'static, HttpResponse> + Send + Sync>;

/// The state shared by the requests of an API.
#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) store: Arc<dyn Store>,
    /// Where requests wait for changes of the store.
    pub(crate) hub: Arc<SyncJobHub>,
    /// How often something is sent on a stream of events.
    pub(crate) event_keep_alive: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) body_limits: BodyLimits,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) vault: Option<Arc<Vault>>,
    /// The API keys of callers; without them, everybody may do everything.
    pub(crate) keys: Option<Arc<KeyRing>>,
    /// Whether observers hear which documents a request changes.
    pub(crate) notes_changes: bool,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) metrics: Metrics,
    /// The ingest pipelines where the documents of syncs go to, if they are known.
    pub(crate) pipelines: Option<Arc<dyn PipelineDirectory>>,
    /// Handles paths without an endpoint, instead of an error.
    pub(crate) fallback: Option<Fallback>,
    /// What plugins keep between calls.
    pub(crate) plugins: Vec<Arc<dyn Any + Send + Sync>>,
    /// Builds the OpenAPI document: the endpoint that serves it cannot know the list of endpoints.
    pub(crate) openapi: Arc<dyn Fn() -> Value + Send + Sync>,
}
