//! What all endpoints of an API work with: the store, the clock, the ids, the keys.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tributary_secrets::Vault;
use tributary_service::{Clock, IdGenerator};
use tributary_storage::Store;

use crate::body::BodyLimits;
use crate::observe::Observer;

/// What `GET /` says of this service; clients look at it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name of this instance.
    pub name: String,
    /// The name of the cluster that it stands for.
    pub cluster_name: String,
    /// The version of Elasticsearch whose APIs it serves.
    pub version: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self { name: "tributary".into(), cluster_name: "tributary".into(), version: "9.2.0".into() }
    }
}

/// What answers requests for which there is no endpoint.
pub(crate) type Fallback =
    Arc<dyn Fn(HttpRequest, web::Payload) -> LocalBoxFuture<'static, HttpResponse> + Send + Sync>;

/// What the requests of an API share.
#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) body_limits: BodyLimits,
    pub(crate) identity: Arc<Identity>,
    pub(crate) vault: Option<Arc<Vault>>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    /// Answers what nothing is mounted at, in place of an error.
    pub(crate) fallback: Option<Fallback>,
    /// Makes the OpenAPI document: an endpoint answers it and cannot know all the others.
    pub(crate) openapi: fn() -> Value,
}
