//! What the endpoints share: the store, the clock, the ids, the limits, and how they are mounted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use tributary_secrets::{SecretKeys, Vault};
use tributary_service::{Clock, IdGenerator, SortableIds, SystemClock};
use tributary_storage::Store;

use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::{ENDPOINTS, dispatch, page};

/// The most bytes of a request body, after it is unpacked, unless set otherwise.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// How long a request body may stop arriving, unless set otherwise.
pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(30);

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

/// The API over a store, ready to be mounted. Clones share everything.
#[derive(Clone)]
pub struct Api {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) body_limit: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) identity: Arc<Identity>,
    pub(crate) vault: Option<Arc<Vault>>,
}

impl Api {
    /// The API over a store, with the clock of the machine, sortable ids and the default limits.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SortableIds),
            body_limit: DEFAULT_BODY_LIMIT,
            body_timeout: DEFAULT_BODY_TIMEOUT,
            identity: Arc::new(Identity::default()),
            vault: None,
        }
    }

    /// With another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// With other ids.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IdGenerator + 'static) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    /// With another limit to the bytes of a request body.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// With another limit to the time in which nothing of a request body arrives.
    #[must_use]
    pub fn with_body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// With another answer to `GET /`.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Arc::new(identity);
        self
    }

    /// With keys for the secrets of connectors; without any, the endpoints of secrets answer that there is
    /// none. [`tributary_secrets::check`] tells, before anything is served, whether the keys fit what is
    /// stored; the first request that stores a secret looks at that too.
    #[must_use]
    pub fn with_secret_keys(mut self, keys: impl Into<Arc<SecretKeys>>) -> Self {
        self.vault = Some(Arc::new(Vault::new(keys)));
        self
    }

    /// Mounts every endpoint: `App::new().configure(api.configure())`, or in a scope for a prefix.
    pub fn configure(&self) -> impl Fn(&mut ServiceConfig) + Clone + 'static {
        let api = self.clone();
        move |config| {
            for (path, endpoints) in endpoints_by_path() {
                let endpoints: Arc<[&'static Endpoint]> = endpoints.into();
                // Apart, not as one list of patterns: a path without named parts is then compared as
                // text instead of by a regular expression.
                for pattern in patterns(path) {
                    let (api, endpoints) = (api.clone(), Arc::clone(&endpoints));
                    let serve = move |request: HttpRequest, payload: web::Payload| {
                        dispatch::serve(api.clone(), Arc::clone(&endpoints), request, payload.into_inner())
                    };
                    config.service(web::resource(pattern).to(serve));
                }
            }
            page::configure(config);
        }
    }

    /// The answer for a path that nothing is mounted at, in the shape of the API's errors: for
    /// `App::default_service` of a service that has nothing but the API.
    #[allow(clippy::unused_async, reason = "actix-web takes handlers that are async")]
    pub async fn no_handler(request: HttpRequest) -> HttpResponse {
        let error =
            ApiError::NoHandler { method: request.method().to_string(), path: request.path().to_owned() };
        dispatch::respond_to_stray(&request, &error)
    }
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
