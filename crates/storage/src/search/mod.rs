//! The store in a search engine: OpenSearch or Elasticsearch, in the indices that Elasticsearch's
//! own connector service works with.
//!
//! Documents lie there as the other programs expect them, and what they wrote is read as it is. Every
//! write is guarded by `if_seq_no` and `if_primary_term` and is seen by the next list.

mod bulk;
mod client;
mod connection;
mod connectors;
mod dialect;
mod documents;
mod indices;
mod list;
mod mappings;
mod problem;
mod settings;
mod walk;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;
use tributary_domain::{ConnectorQuery, Document, Id, SyncJobQuery};

use crate::{
    Backend, BackendSetting, BackendSettings, Collection, OpenError, Page, Store, StoreError, Stored,
    Version, Versioned,
};
use bulk::Action;
use client::Client;
use connection::Connection;
use connectors::held;
use dialect::Product;
use indices::{Prepared, Unready};
use settings::{SETTINGS, SearchSettings};
use walk::Walk;

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
        let store = SearchStore { connection: Connection::new(client, self.0, settings.index_prefix) };
        match tokio::time::timeout(START_PATIENCE, store.connection.try_prepared()).await {
            Ok(Err(Unready::Unsuitable(reason))) => return Err(OpenError::Unsuitable(reason)),
            Ok(Err(Unready::Store(error @ StoreError::Denied(_)))) => {
                return Err(OpenError::Unsuitable(format!(
                    "{error}; set [user] and [password], or [api_key], of [{}:]",
                    self.0.scheme()
                )));
            }
            // It may be coming up: requests are answered 503 until it is there.
            Ok(Err(Unready::Store(error))) => tracing::warn!(%error, "the search engine is not ready"),
            Err(_) => tracing::warn!("the search engine does not answer yet"),
            Ok(Ok(_)) => {}
        }
        Ok(Arc::new(store))
    }
}

/// A store in a search engine.
pub struct SearchStore {
    connection: Connection,
}

/// Says what it is; where it is may be a secret.
impl fmt::Debug for SearchStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SearchStore").finish_non_exhaustive()
    }
}

impl SearchStore {
    async fn prepared(&self) -> Result<Arc<Prepared>, StoreError> {
        self.connection.prepared().await
    }

    /// Writes a connector that is to hold an index name, under a reservation of that name.
    async fn write_connector(
        &self,
        prepared: &Prepared,
        id: &Id,
        action: Action,
        document: &Document,
    ) -> Result<Version, StoreError> {
        let alias = &prepared.index(Collection::Connectors).alias;
        let before = match action.change {
            bulk::Change::Create(_) => None,
            _ => self.held_before(prepared, id).await?,
        };
        let wanted = held(document);
        let reservation = match &wanted {
            Some(name) if wanted != before => {
                Some(self.connection.reserve(prepared, id, name.clone()).await?)
            }
            _ => None,
        };
        let result = self.connection.change(alias, action).await;
        match (&result, reservation) {
            (Ok(_), _) => {
                if let Some(name) = before.filter(|before| Some(before) != wanted.as_ref()) {
                    self.connection.free_held(prepared, id, name).await;
                }
            }
            // What became of it is not known: the reservation frees itself after a while.
            (Err(StoreError::Unavailable(_)), _) | (_, None) => {}
            (Err(_), Some(reservation)) => self.connection.free(prepared, reservation).await,
        }
        result
    }

    /// The index name that a connector holds now.
    async fn held_before(&self, prepared: &Prepared, id: &Id) -> Result<Option<String>, StoreError> {
        let index = &prepared.index(Collection::Connectors).name;
        let found = self.connection.find(index, id.as_str()).await?;
        Ok(found.and_then(|found| held(&Document::parse(&found.source).ok()?)))
    }

    async fn scan_from_start(&self, collection: Collection) -> Result<Walk<'_>, StoreError> {
        let prepared = self.prepared().await?;
        let all = json!({ "match_all": {} });
        let index = &prepared.index(collection).name;
        Walk::open(&self.connection, prepared.dialect, index, all, &[], true).await
    }
}

#[async_trait]
impl Store for SearchStore {
    async fn get(&self, collection: Collection, id: &Id) -> Result<Versioned, StoreError> {
        let prepared = self.prepared().await?;
        self.connection.get(&prepared.index(collection).name, id).await
    }

    async fn create(
        &self,
        collection: Collection,
        id: &Id,
        document: Document,
    ) -> Result<Version, StoreError> {
        let prepared = self.prepared().await?;
        let action = Action::create(id, &document);
        match collection {
            Collection::Connectors => self.write_connector(&prepared, id, action, &document).await,
            Collection::SyncJobs => self.connection.change(&prepared.index(collection).alias, action).await,
        }
    }

    async fn create_many(
        &self,
        collection: Collection,
        documents: Vec<(Id, Document)>,
    ) -> Vec<Result<Version, StoreError>> {
        let mut results = Vec::with_capacity(documents.len());
        if collection == Collection::Connectors {
            for (id, document) in documents {
                results.push(self.create(collection, &id, document).await);
            }
            return results;
        }
        let prepared = match self.prepared().await {
            Ok(prepared) => prepared,
            Err(error) => {
                let text = error.to_string();
                return documents.iter().map(|_| Err(StoreError::unavailable(text.clone()))).collect();
            }
        };
        let alias = &prepared.index(collection).alias;
        let actions: Vec<Action> =
            documents.iter().map(|(id, document)| Action::create(id, document)).collect();
        let outcomes = self.connection.bulk(alias, &actions).await;
        for (action, outcome) in actions.iter().zip(outcomes) {
            results.push(self.connection.settle(alias, action, outcome).await);
        }
        results
    }

    async fn replace(
        &self,
        collection: Collection,
        id: &Id,
        expected: Version,
        document: Document,
    ) -> Result<Version, StoreError> {
        let prepared = self.prepared().await?;
        let action = Action::replace(id, expected, &document);
        match collection {
            Collection::Connectors => self.write_connector(&prepared, id, action, &document).await,
            Collection::SyncJobs => self.connection.change(&prepared.index(collection).alias, action).await,
        }
    }

    async fn delete(&self, collection: Collection, id: &Id, expected: Version) -> Result<(), StoreError> {
        let prepared = self.prepared().await?;
        let held = match collection {
            Collection::Connectors => self.held_before(&prepared, id).await?,
            Collection::SyncJobs => None,
        };
        let action = Action::delete(id.as_str(), expected);
        self.connection.change(&prepared.index(collection).alias, action).await?;
        if let Some(name) = held {
            self.connection.free_held(&prepared, id, name).await;
        }
        Ok(())
    }

    async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError> {
        let prepared = self.prepared().await?;
        self.connection.list_sync_jobs(&prepared, query).await
    }

    async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError> {
        let prepared = self.prepared().await?;
        self.connection.list_connectors(&prepared, query).await
    }

    fn scan(&self, collection: Collection) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        let read = |hit: &wire::Hit<'_>| {
            let id = Id::parse("_id", hit.id.clone().into_owned())
                .map_err(|refusal| StoreError::Backend(refusal.into()))?;
            let document = documents::render(hit.source.map_or("{}", |source| source.get()), id.as_str())?;
            Ok(Stored { id, document })
        };
        let portions = async move {
            match self.scan_from_start(collection).await {
                Err(error) => stream::iter([Err(error)]).boxed(),
                Ok(walk) => stream::try_unfold(walk, move |mut walk| async move {
                    Ok(walk.next(read).await?.map(|portion| (portion, walk)))
                })
                .boxed(),
            }
        };
        stream::once(portions).flatten().boxed()
    }

    async fn check(&self) -> Result<(), StoreError> {
        let prepared = self.prepared().await?;
        let nothing = json!({ "size": 0, "track_total_hits": false });
        self.connection.search(&prepared.index(Collection::SyncJobs).name, &nothing).await.map(drop)
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.connection.close();
        Ok(())
    }
}
