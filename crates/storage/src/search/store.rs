//! The methods of the store, each within its deadline.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;
use tributary_domain::{Connector, ConnectorQuery, Id, SyncJobQuery};

use super::budget::Purpose;
use super::bulk::BulkAction;
use super::connection::{Connection, TRIES};
use super::indices::Prepared;
use super::problem::{Lost, same};
use super::source::render;
use super::walk::Walk;
use super::wire::Hit;
use crate::{Action, Collection, Operation, Page, Store, StoreError, Stored, Version, Versioned};

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

    /// Makes one change of a connector, under a reservation of its index name.
    async fn write_connector(&self, operation: Operation) -> Result<Version, StoreError> {
        let (action, connection) = (&BulkAction::new(&operation), &self.connection);
        let Operation { id, action: change } = &operation;
        self.call(Purpose::Change, |prepared| async move {
            match change {
                Action::Create(document) | Action::Replace(_, document) => {
                    let connector = Connector::from(document.clone());
                    connection.write_connector(&prepared, id, action, &connector).await
                }
                Action::Delete(_) => connection.delete_connector(&prepared, id, action).await,
            }
        })
        .await
    }

    /// Changes connectors one by one, since each needs a name of its own.
    async fn write_connectors(&self, operations: Vec<Operation>) -> Vec<Result<Version, StoreError>> {
        let mut results = Vec::with_capacity(operations.len());
        for operation in operations {
            let result = match results.last() {
                // It was waited for as long as a change may take: not again for each.
                Some(Err(error @ StoreError::Unavailable(_))) => Err(same(error)),
                _ => self.write_connector(operation).await,
            };
            results.push(result);
        }
        results
    }

    /// Makes changes by few requests, each change with an outcome of its own.
    async fn write_in_bulk(
        &self,
        collection: Collection,
        actions: &[BulkAction],
    ) -> Vec<Result<Version, StoreError>> {
        let prepared = match self.connection.prepared().await {
            Ok(prepared) => prepared,
            Err(error) => return actions.iter().map(|_| Err(same(&error))).collect(),
        };
        let alias = &prepared.index(collection).alias;
        let outcomes = self.connection.bulk(alias, actions).await;
        self.connection.settle(alias, actions, outcomes).await
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
    async fn read(&self, collection: Collection, ids: &[Id]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.call(Purpose::Read, |prepared| async move {
            self.connection.get_all(&prepared.index(collection).name, ids).await
        })
        .await
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
    ) -> Vec<Result<Version, StoreError>> {
        if collection == Collection::Connectors {
            return self.write_connectors(operations).await;
        }
        let actions: Vec<BulkAction> = operations.iter().map(BulkAction::new).collect();
        if let [action] = &*actions {
            let change = |prepared: Arc<Prepared>| async move {
                self.connection.change(&prepared.index(collection).alias, action).await
            };
            return vec![self.call(Purpose::Change, change).await];
        }
        let mut results = self.write_in_bulk(collection, &actions).await;
        for _ in 1..TRIES {
            let is_lost =
                |place: &usize| results[*place].as_ref().is_err_and(|error| Lost::of(error).is_some());
            let lost: Vec<usize> = (0..results.len()).filter(is_lost).collect();
            if lost.is_empty() {
                break;
            }
            let again: Vec<BulkAction> = lost.iter().map(|place| actions[*place].clone()).collect();
            for (place, result) in lost.into_iter().zip(self.write_in_bulk(collection, &again).await) {
                results[place] = result;
            }
        }
        results
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
