//! The search engine store: OpenSearch or Elasticsearch, in the indices of Elasticsearch's own connector service.
//!
//! Documents have the format that other programs expect, and documents written by others are read unchanged. Every
//! write is guarded by `if_seq_no` and `if_primary_term`, and is visible to the next list.

mod action;
mod after;
mod bulk;
mod call;
mod changes;
mod client;
mod clock;
mod compile;
mod computed_order;
mod connection;
mod connectors;
mod count;
mod deadlines;
mod dialect;
mod documents;
mod engine;
mod extension;
mod fields;
mod forgetting;
mod held_words;
mod indices;
mod list;
mod look;
mod mappings;
mod marks;
mod numbers;
mod open_point;
mod page;
mod point_in_time;
mod problem;
mod settings;
mod small;
mod sorting;
mod source;
mod store;
mod tls;
mod tombstones;
mod unready;
mod upgrade;
mod walk;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tributary_domain::Collection;

use crate::{Backend, BackendSetting, BackendSettings, Deadline, OpenError, Store};
use connection::Connection;
use dialect::Product;
use settings::{SETTINGS, SearchSettings};

pub use dialect::Product as SearchProduct;
pub use engine::SearchEngine;
pub use store::SearchStore;

/// How long opening waits for a server that may be starting, before it returns without it.
const START_PATIENCE: Duration = Duration::from_secs(3);

/// Opens [`SearchStore`]s over OpenSearch under `opensearch:`, or Elasticsearch under `elasticsearch:`.
///
/// TLS uses the process's default provider of cryptography for `rustls`; where there is none, opening a store makes
/// `ring` the default.
#[derive(Debug, Clone, Copy)]
pub struct SearchBackend(Product);

impl SearchBackend {
    /// The backend of OpenSearch.
    pub const OPEN_SEARCH: Self = Self(Product::OpenSearch);
    /// The backend of Elasticsearch.
    pub const ELASTICSEARCH: Self = Self(Product::Elasticsearch);
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
        check_unique(settings.collections())?;
        let settings = SearchSettings::read(self.0.scheme(), location, settings)?;
        let connection = Arc::new(Connection::new(self.0, settings)?);
        match tokio::time::timeout(START_PATIENCE, connection.try_prepared(Deadline::NONE)).await {
            Ok(Err(unready)) => unready.check_start(&format!("{}:", self.0.scheme()))?,
            Err(_) => {
                let reason = connection.client.last_failure();
                tracing::warn!(reason, "the search engine does not answer yet");
            }
            Ok(Ok(_)) => {}
        }
        Ok(Arc::new(SearchStore::new(connection)))
    }
}

/// Rejects collections with unique fields that this store does not keep unique.
fn check_unique(collections: &[Collection]) -> Result<(), OpenError> {
    let is_kept =
        |collection: &&Collection| collection.unique.is_none() || **collection == Collection::CONNECTORS;
    match collections.iter().find(|collection| !is_kept(collection)) {
        None => Ok(()),
        Some(other) => Err(OpenError::Unsuitable(format!(
            "a search engine keeps the words of [{:?}] alone unique, not those of [{other:?}]",
            Collection::CONNECTORS
        ))),
    }
}

#[cfg(test)]
mod tests {
    use tributary_domain::CollectionSchema;

    use super::*;

    const OTHER: Collection = Collection::new(&CollectionSchema {
        name: "others",
        index_alias: ".others",
        unique: Some(|_| None),
        ..CollectionSchema::BASE
    });

    #[tokio::test]
    async fn a_collection_of_other_unique_words_is_refused() {
        assert!(check_unique(&Collection::ALL).is_ok());
        let settings = BackendSettings::default().over(&[Collection::CONNECTORS, OTHER]);
        let refused = SearchBackend::OPEN_SEARCH.open("http://127.0.0.1:1", &settings).await;
        assert!(refused.unwrap_err().to_string().contains("not those of [others]"));
    }
}
