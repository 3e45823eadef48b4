//! The store in a search engine: OpenSearch or Elasticsearch, in the indices that Elasticsearch's
//! own connector service works with.
//!
//! Documents lie there as the other programs expect them, and what they wrote is read as it is. Every
//! write is guarded by `if_seq_no` and `if_primary_term` and is seen by the next list.

mod budget;
mod bulk;
mod client;
mod connection;
mod connectors;
mod dialect;
mod documents;
mod fields;
mod indices;
mod list;
mod mappings;
mod problem;
mod settings;
mod source;
mod store;
mod tls;
mod walk;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Backend, BackendSetting, BackendSettings, OpenError, Store, StoreError};
use client::Client;
use connection::Connection;
use dialect::Product;
use indices::Unready;
use settings::{SETTINGS, SearchSettings};

pub use store::SearchStore;

/// How long the start waits for a server that may be coming up, before it goes on without it.
const START_PATIENCE: Duration = Duration::from_secs(3);

/// Opens [`SearchStore`]s over OpenSearch under `opensearch:`, or Elasticsearch under `elasticsearch:`.
#[derive(Debug, Clone, Copy)]
pub struct SearchBackend(Product);

impl SearchBackend {
    /// Over OpenSearch.
    pub const OPEN_SEARCH: Self = Self(Product::OpenSearch);
    /// Over Elasticsearch.
    pub const ELASTICSEARCH: Self = Self(Product::Elasticsearch);

    /// Whether a server that is not ready may become so by itself: if it is coming up, requests are
    /// answered 503 until it is there.
    fn check_start(self, unready: &Unready) -> Result<(), OpenError> {
        let reason = match unready {
            Unready::Unsuitable(reason) => reason.clone(),
            Unready::Store(error @ StoreError::Denied(_)) => {
                format!("{error}; set [user] and [password], or [api_key], of [{}:]", self.0.scheme())
            }
            Unready::Store(error @ (StoreError::Unavailable(_) | StoreError::Blocked(_))) => {
                tracing::warn!(%error, "the search engine is not ready");
                return Ok(());
            }
            Unready::Store(error) => error.to_string(),
        };
        Err(OpenError::Unsuitable(reason))
    }
}

#[async_trait]
impl Backend for SearchBackend {
    fn scheme(&self) -> &'static str {
        self.0.scheme()
    }

    fn description(&self) -> &'static str {
        match self.0 {
            Product::OpenSearch => {
                "opensearch:URL[,URL…] keeps everything in OpenSearch, for any number of processes at a time"
            }
            Product::Elasticsearch => {
                "elasticsearch:URL[,URL…] keeps everything in Elasticsearch, for any number of processes at a time"
            }
        }
    }

    fn settings(&self) -> &'static [BackendSetting] {
        SETTINGS
    }

    async fn open(&self, location: &str, settings: &BackendSettings) -> Result<Arc<dyn Store>, OpenError> {
        let settings = SearchSettings::read(self.0, location, settings)?;
        let client = Client::new(&settings)?;
        let connection = Arc::new(Connection::new(client, self.0, settings.index_prefix));
        match tokio::time::timeout(START_PATIENCE, connection.try_prepared()).await {
            Ok(Err(unready)) => self.check_start(&unready)?,
            Err(_) => {
                let reason = connection.client.last_failure();
                tracing::warn!(reason, "the search engine does not answer yet");
            }
            Ok(Ok(_)) => {}
        }
        Ok(Arc::new(SearchStore::new(connection)))
    }
}
