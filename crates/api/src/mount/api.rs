//! The API over a store: what it is made of, and how it is mounted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use tributary_secrets::{SecretKeys, Vault};
use tributary_service::{Clock, IdGenerator, SortableIds, SystemClock};
use tributary_storage::Store;

use crate::body::BodyLimits;
use crate::dispatch;
use crate::endpoint::Endpoint;
use crate::error::HeadRefusal;
use crate::observe::Observer;
use crate::openapi::document;
use crate::routes::ENDPOINTS;
use crate::state::{ApiState, Identity};

/// The API over a store, ready to be mounted. Clones share everything.
#[derive(Clone)]
pub struct Api {
    state: ApiState,
}

impl Api {
    /// The API over a store, with the clock of the machine, sortable ids and the default limits.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let state = ApiState {
            store,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SortableIds),
            body_limits: BodyLimits::default(),
            identity: Arc::new(Identity::default()),
            vault: None,
            observers: Vec::new(),
            fallback: None,
            openapi,
        };
        Self { state }
    }

    /// With another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.state.clock = Arc::new(clock);
        self
    }

    /// With other ids.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IdGenerator + 'static) -> Self {
        self.state.ids = Arc::new(ids);
        self
    }

    /// With another limit to the bytes of a request body.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.state.body_limits.bytes = bytes;
        self
    }

    /// With another limit to the time in which nothing of a request body arrives.
    #[must_use]
    pub fn with_body_timeout(mut self, timeout: Duration) -> Self {
        self.state.body_limits.timeout = timeout;
        self
    }

    /// With another answer to `GET /`.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.state.identity = Arc::new(identity);
        self
    }

    /// With keys for the secrets of connectors; without any, the endpoints of secrets answer that there is
    /// none. [`tributary_secrets::check`] tells, before anything is served, whether the keys fit what is
    /// stored; the first request that stores a secret looks at that too.
    #[must_use]
    pub fn with_secret_keys(mut self, keys: impl Into<Arc<SecretKeys>>) -> Self {
        self.state.vault = Some(Arc::new(Vault::new(keys)));
        self
    }

    /// With an answer of your own for what nothing is mounted at, in place of an error: for each path below the place
    /// at which the API is mounted that is none of its own.
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

    /// With somebody who hears of each request that was answered; there may be several.
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

    /// The answer to a request whose head is refused, in the shape of all errors: for servers that look at heads
    /// themselves, since the HTTP library refuses them without a body, before any handler.
    #[must_use]
    pub fn refuse_head(&self, request: &HttpRequest, refusal: HeadRefusal) -> HttpResponse {
        dispatch::refuse_head(&self.state, request, refusal)
    }

    /// Mounts every endpoint: `App::new().configure(api.configure())`, or in a scope for a prefix. Everything else
    /// there is answered by the fallback.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + 'static {
        let state = Arc::new(self.state.clone());
        move |config| {
            for (path, endpoints) in endpoints_by_path() {
                let endpoints: Arc<[&'static Endpoint]> = endpoints.into();
                // Apart, not as one list of patterns: a path without named parts is then compared as
                // text instead of by a regular expression.
                for pattern in patterns(path) {
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

/// The OpenAPI 3.1 document of all endpoints.
#[must_use]
pub fn openapi() -> Value {
    document(ENDPOINTS)
}

/// The endpoints of each path, literal segments before named ones so that they are matched first; paths
/// without any named one come first of all, so that they are found before a regular expression is tried.
fn endpoints_by_path() -> Vec<(&'static str, Vec<&'static Endpoint>)> {
    let mut paths: BTreeMap<(bool, String), (&'static str, Vec<&'static Endpoint>)> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let order = (endpoint.path.contains('{'), endpoint.path.replace('{', "~"));
        paths.entry(order).or_insert_with(|| (endpoint.path, Vec::new())).1.push(endpoint);
    }
    paths.into_values().collect()
}

/// The path with and without a slash at its end; the root of a scope has no slash of its own.
fn patterns(path: &'static str) -> [String; 2] {
    let bare = path.trim_end_matches('/');
    [bare.to_owned(), format!("{bare}/")]
}
