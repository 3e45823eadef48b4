//! The API over a store: its configuration and mounting.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use tributary_secrets::{SecretKeys, Vault};
use tributary_service::access::KeyRing;
use tributary_service::sync_job::{PipelineDirectory, SyncJobHub};
use tributary_service::{Clock, IdGenerator, SortableIds, SystemClock};
use tributary_storage::Store;

use super::paths::{endpoints_by_path, patterns};
use crate::body::BodyLimits;
use crate::dispatch;
use crate::endpoint::Endpoint;
use crate::error::{ApiError, HeadRefusal};
use crate::limits::{Limiter, RequestLimits};
use crate::metrics::Metrics;
use crate::observe::Observer;
use crate::openapi::document;
use crate::routes::ENDPOINTS;
use crate::state::{ApiState, Identity};

/// Shorter than proxies usually wait for something on a connection.
const EVENT_KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The API over a store, ready to be mounted. Clones share all state.
#[derive(Clone)]
pub struct Api {
    state: ApiState,
    /// The endpoints of plugins.
    more: Vec<&'static Endpoint>,
}

impl Api {
    /// The API over a store, with the system clock, sortable ids and the default limits.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let state = ApiState {
            hub: Arc::new(SyncJobHub::new(Arc::clone(&store))),
            event_keep_alive: EVENT_KEEP_ALIVE,
            store,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SortableIds),
            body_limits: BodyLimits::default(),
            limiter: Limiter::new(&RequestLimits::default()),
            identity: Arc::new(Identity::default()),
            vault: None,
            keys: None,
            notes_changes: false,
            observers: Vec::new(),
            metrics: Metrics::default(),
            pipelines: None,
            fallback: None,
            plugins: Vec::new(),
            openapi: Arc::new(|| openapi(&[])),
        };
        Self { state, more: Vec::new() }
    }

    /// Replaces the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.state.clock = Arc::new(clock);
        self
    }

    /// Replaces the id generator.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IdGenerator + 'static) -> Self {
        self.state.ids = Arc::new(ids);
        self
    }

    /// Sets the maximum size of a request body in bytes.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.state.body_limits.bytes = bytes;
        self
    }

    /// Sets how long a request body may stall.
    #[must_use]
    pub fn with_body_timeout(mut self, timeout: Duration) -> Self {
        self.state.body_limits.timeout = timeout;
        self
    }

    /// Sets the limits of requests, beyond which they are answered with `429`.
    #[must_use]
    pub fn with_limits(mut self, limits: &RequestLimits) -> Self {
        self.state.limiter = Limiter::new(limits);
        self
    }

    /// Sets how often a comment is sent on a stream of events, so that both sides notice when the other is gone; 15
    /// seconds by default.
    #[must_use]
    pub fn with_event_keep_alive(mut self, interval: Duration) -> Self {
        self.state.event_keep_alive = interval;
        self
    }

    /// Replaces the answer to `GET /`.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.state.identity = Arc::new(identity);
        self
    }

    /// Sets the keys for the secrets of connectors; without keys, the secret endpoints answer with an error.
    /// [`tributary_secrets::check`] checks at start-up whether the keys match the stored secrets; the first request
    /// that stores a secret checks that too.
    #[must_use]
    pub fn with_secret_keys(mut self, keys: impl Into<Arc<SecretKeys>>) -> Self {
        self.state.vault = Some(Arc::new(Vault::new(keys)));
        self
    }

    /// Authenticates callers by API keys: each request needs one, except for endpoints that are for everybody. Without,
    /// everybody may do everything.
    #[must_use]
    pub fn with_keys(mut self, keys: impl Into<Arc<KeyRing>>) -> Self {
        self.state.keys = Some(keys.into());
        self
    }

    #[cfg(test)]
    pub(crate) fn state(&self) -> &ApiState {
        &self.state
    }

    /// Sets where the ingest pipelines of syncs are: creating a sync job whose pipeline is missing is answered with a
    /// warning.
    #[must_use]
    pub fn with_pipelines(mut self, pipelines: Arc<dyn PipelineDirectory>) -> Self {
        self.state.pipelines = Some(pipelines);
        self
    }

    /// Adds endpoints, which are served, checked and documented like those of the API; their handlers get `state` from
    /// [`Call::plugin`](crate::Call::plugin). The paths of the API keep precedence.
    #[must_use]
    pub fn with_plugin<T: Any + Send + Sync>(
        mut self,
        endpoints: &'static [&'static Endpoint],
        state: Arc<T>,
    ) -> Self {
        self.state.plugins.push(state);
        self.more.extend(endpoints);
        let more = self.more.clone();
        self.state.openapi = Arc::new(move || openapi(&more));
        self
    }

    /// Sets a handler for unknown paths, instead of an error: it is called for each path below the mount point that is
    /// not a path of the API.
    ///
    /// ```
    /// use actix_web::{App, HttpRequest, HttpResponse, test, web};
    /// # use std::sync::Arc;
    /// # use tributary_api::Api;
    /// # use tributary_storage::MemoryStore;
    /// # #[actix_web::main]
    /// # async fn main() {
    /// # let store = Arc::new(MemoryStore::default());
    /// async fn pass_on(request: HttpRequest, _: web::Payload) -> HttpResponse {
    ///     HttpResponse::Ok().body(format!("another service would answer {}", request.path()))
    /// }
    /// let api = Api::new(store).with_fallback(pass_on);
    /// let app = test::init_service(App::new().configure(api.configure())).await;
    /// let request = test::TestRequest::get().uri("/_search").to_request();
    /// let answer = test::call_and_read_body(&app, request).await;
    /// assert_eq!(answer, "another service would answer /_search");
    /// # }
    /// ```
    #[must_use]
    pub fn with_fallback<F: Future<Output = HttpResponse> + 'static>(
        mut self,
        answer: impl Fn(HttpRequest, web::Payload) -> F + Send + Sync + 'static,
    ) -> Self {
        self.state.fallback = Some(Arc::new(move |request, payload| Box::pin(answer(request, payload))));
        self
    }

    /// Adds an observer of answered requests; there may be several.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use tributary_api::{Api, Observation};
    /// # let store = Arc::new(tributary_storage::MemoryStore::default());
    /// let api = Api::new(store).with_observer(|seen: &Observation<'_>| {
    ///     println!("{} of {:?} in {:?}", seen.status, seen.endpoint, seen.duration);
    /// });
    /// ```
    #[must_use]
    pub fn with_observer(mut self, observer: impl Observer + 'static) -> Self {
        self.state.observers.push(Arc::new(observer));
        self
    }

    /// Replaces the metrics that `GET /_metrics` answers by those that other parts of the service register theirs with;
    /// requests are counted in them.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Metrics) -> Self {
        self.state.metrics = metrics;
        self
    }

    /// Notes for observers which documents a request changes.
    #[must_use]
    pub fn with_noted_changes(mut self) -> Self {
        self.state.notes_changes = true;
        self
    }

    /// The response to a request whose head is rejected, in the common error format: for servers that check heads
    /// themselves, since the HTTP library rejects them without a body, before any handler.
    #[must_use]
    pub fn refuse_head(&self, request: &HttpRequest, refusal: HeadRefusal) -> HttpResponse {
        dispatch::refuse_early(&self.state, request, None, &ApiError::Head(refusal))
    }

    /// The response to a request that the server refuses before it reaches the API, in the common error format. The
    /// connection is closed after it if a part of the body is unread.
    #[must_use]
    pub fn refuse(&self, request: &HttpRequest, unread: Payload, error: &ApiError) -> HttpResponse {
        dispatch::refuse_early(&self.state, request, Some(unread), error)
    }

    /// Ends the requests that wait for sync jobs: each is answered with the present state, and so are those that come
    /// later. To be called before a server is stopped gracefully, which otherwise waits for them.
    pub fn end_waits(&self) {
        self.state.hub.end_waits();
    }

    /// Mounts every endpoint: `App::new().configure(api.configure())`, or in a scope for a prefix. All other paths
    /// there go to the fallback.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + 'static {
        let (state, more) = (Arc::new(self.state.clone()), self.more.clone());
        move |config| {
            for (path, endpoints) in endpoints_by_path(ENDPOINTS.iter().chain(&more).copied()) {
                let endpoints: Arc<[&'static Endpoint]> = endpoints.into();
                let choices = endpoints.iter().find_map(|endpoint| endpoint.choices);
                // Registered one by one, not as a list of patterns: a path without parameters is then compared as text
                // instead of with a regular expression.
                for pattern in patterns(path, choices) {
                    let (state, endpoints) = (Arc::clone(&state), Arc::clone(&endpoints));
                    let serve = move |request: HttpRequest, payload: web::Payload| {
                        dispatch::serve(Arc::clone(&state), Arc::clone(&endpoints), request, payload)
                    };
                    config.service(web::resource(pattern).to(serve));
                }
            }
            let state = Arc::clone(&state);
            config.default_service(web::to(move |request: HttpRequest, payload: web::Payload| {
                dispatch::serve(Arc::clone(&state), Arc::default(), request, payload)
            }));
        }
    }
}

/// The OpenAPI 3.1 document of all endpoints, and of those that plugins add.
#[must_use]
pub fn openapi(more: &[&'static Endpoint]) -> Value {
    document(&[ENDPOINTS, more].concat())
}
