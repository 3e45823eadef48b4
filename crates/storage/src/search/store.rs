//! The methods of the store, each within its deadline.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;
use tributary_domain::{Connector, ConnectorQuery, Document, Id, SyncJobQuery};

use super::budget::Purpose;
use super::bulk::Action;
use super::connection::{Connection, TRIES};
use super::documents::render;
use super::indices::Prepared;
use super::problem::{Lost, same};
use super::walk::Walk;
use super::wire::Hit;
use crate::{Collection, Page, Store, StoreError, Stored, Version, Versioned};

/// A store in a search engine.
pub struct SearchStore {
    connection: Arc<Connection>,
}

/// Says what it is; where it is may be a secret.
impl fmt::Debug for SearchStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SearchStore").finish_non_exhaustive()
    }
}

impl SearchStore {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self { connection }
    }

    /// Makes a call to the indices within the time that it has.
    async fn call<T, F: Future<Output = Result<T, StoreError>>>(
        &self,
        purpose: Purpose,
        call: impl Fn(Arc<Prepared>) -> F,
    ) -> Result<T, StoreError> {
        let connection = &self.connection;
        connection.client.deadlines.bound(purpose, connection.with_indices(call)).await
    }

    /// Writes a document, a connector under a reservation of its index name.
    async fn write(
        &self,
        collection: Collection,
        id: &Id,
        action: Action,
        document: Document,
    ) -> Result<Version, StoreError> {
        let (connection, action) = (&self.connection, &action);
        let connector = (collection == Collection::Connectors).then(|| Connector::from(document));
        let connector = connector.as_ref();
        self.call(Purpose::Change, |prepared| async move {
            match connector {
                Some(connector) => connection.write_connector(&prepared, id, action, connector).await,
                None => connection.change(&prepared.index(collection).alias, action).await,
            }
        })
        .await
    }

    /// Creates documents by few requests, each document with an outcome of its own.
    async fn create_in_bulk(
        &self,
        collection: Collection,
        actions: &[Action],
    ) -> Vec<Result<Version, StoreError>> {
        let prepared = match self.connection.prepared().await {
            Ok(prepared) => prepared,
            Err(error) => return actions.iter().map(|_| Err(same(&error))).collect(),
        };
        let alias = &prepared.index(collection).alias;
        let outcomes = self.connection.bulk(alias, actions).await;
        let mut results = Vec::with_capacity(actions.len());
        for (action, outcome) in actions.iter().zip(outcomes) {
            results.push(self.connection.settle(alias, action, outcome).await);
        }
        results
    }

    /// Creates connectors one by one, since each needs a name of its own.
    async fn create_connectors(&self, documents: Vec<(Id, Document)>) -> Vec<Result<Version, StoreError>> {
        let mut results = Vec::with_capacity(documents.len());
        for (id, document) in documents {
            let result = match results.last() {
                // It was waited for as long as a change may take: not again for each.
                Some(Err(error @ StoreError::Unavailable(_))) => Err(same(error)),
                _ => self.create(Collection::Connectors, &id, document).await,
            };
            results.push(result);
        }
        results
    }

    async fn scan_from_start(&self, collection: Collection) -> Result<Walk<'_>, StoreError> {
        let connection = &self.connection;
        let open = |prepared: Arc<Prepared>| async move {
            let all = json!({ "match_all": {} });
            let index = &prepared.index(collection).name;
            Walk::open(connection, prepared.dialect, index, all, &[], true).await
        };
        connection.with_indices(open).await
    }
}

#[async_trait]
impl Store for SearchStore {
    async fn get(&self, collection: Collection, id: &Id) -> Result<Versioned, StoreError> {
        self.call(Purpose::Read, |prepared| async move {
            self.connection.get(&prepared.index(collection).name, id).await
        })
        .await
    }

    async fn get_many(
        &self,
        collection: Collection,
        ids: &[Id],
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.call(Purpose::Read, |prepared| async move {
            self.connection.get_all(&prepared.index(collection).name, ids).await
        })
        .await
    }

    async fn create(
        &self,
        collection: Collection,
        id: &Id,
        document: Document,
    ) -> Result<Version, StoreError> {
        let action = Action::create(id, &document);
        self.write(collection, id, action, document).await
    }

    async fn create_many(
        &self,
        collection: Collection,
        documents: Vec<(Id, Document)>,
    ) -> Vec<Result<Version, StoreError>> {
        if collection == Collection::Connectors {
            return self.create_connectors(documents).await;
        }
        let actions: Vec<Action> =
            documents.iter().map(|(id, document)| Action::create(id, document)).collect();
        let mut results = self.create_in_bulk(collection, &actions).await;
        for _ in 1..TRIES {
            let is_lost =
                |place: &usize| results[*place].as_ref().is_err_and(|error| Lost::of(error).is_some());
            let lost: Vec<usize> = (0..results.len()).filter(is_lost).collect();
            if lost.is_empty() {
                break;
            }
            let again: Vec<Action> = lost.iter().map(|place| actions[*place].clone()).collect();
            for (place, result) in lost.into_iter().zip(self.create_in_bulk(collection, &again).await) {
                results[place] = result;
            }
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
        let action = Action::replace(id, expected, &document);
        self.write(collection, id, action, document).await
    }

    async fn delete(&self, collection: Collection, id: &Id, expected: Version) -> Result<(), StoreError> {
        let action = &Action::delete(id.as_str(), expected);
        self.call(Purpose::Change, |prepared| async move {
            if collection == Collection::Connectors {
                return self.connection.delete_connector(&prepared, id, expected).await;
            }
            self.connection.change(&prepared.index(collection).alias, action).await.map(drop)
        })
        .await
    }

    async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError> {
        self.call(
            Purpose::Read,
            |prepared| async move { self.connection.list_sync_jobs(&prepared, query).await },
        )
        .await
    }

    async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError> {
        self.call(
            Purpose::Read,
            |prepared| async move { self.connection.list_connectors(&prepared, query).await },
        )
        .await
    }

    fn scan(&self, collection: Collection) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        let read = |hit: &Hit<'_>| {
            let id = Id::parse("_id", hit.id.clone().into_owned())
                .map_err(|refusal| StoreError::Backend(refusal.into()))?;
            let document = render(hit.text(), id.as_str())?;
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
        self.call(Purpose::Read, |prepared| async move {
            let nothing = json!({ "size": 0, "track_total_hits": false });
            self.connection.search(&prepared.index(Collection::SyncJobs).name, &nothing).await.map(drop)
        })
        .await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.connection.close();
        Ok(())
    }
}
