//! The implementation of the store, each method within its deadline.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;
use tributary_domain::{Collection, Id, Query, check_groups, check_numbers};

use super::action::BulkAction;
use super::call::Call;
use super::changes::Watch;
use super::connection::{Connection, TRIES};
use super::count::count;
use super::deadlines::Purpose;
use super::list::list;
use super::numbers::NumbersWalk;
use super::problem::{LostResource, same};
use super::source::render;
use super::walk::{Walk, WalkContent};
use super::wire::Hit;
use crate::{
    Changes, Counts, Deadline, Numbers, Operation, Page, Position, Store, StoreError, Stored, Version,
    Versioned,
};

/// A store in a search engine.
pub struct SearchStore {
    connection: Arc<Connection>,
    watch: Watch,
}

/// Shows the engine; the addresses may be secret.
impl fmt::Debug for SearchStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SearchStore").finish_non_exhaustive()
    }
}

impl SearchStore {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self { connection, watch: Watch::default() }
    }

    /// Applies changes of connectors one by one, since each reserves an index name.
    async fn write_connectors(
        &self,
        operations: &[Operation],
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let mut results = Vec::with_capacity(operations.len());
        for operation in operations {
            let result = if let Some(Err(error @ StoreError::Unavailable(_))) = results.last() {
                // The first call already waited as long as a change may take: do not wait again for each.
                Err(same(error))
            } else {
                let change = |call: Call| async move { call.write_connector(operation).await };
                self.connection.within(Purpose::Change, deadline, change).await
            };
            results.push(result);
        }
        results
    }

    /// Applies changes with few requests; each change has its own outcome.
    async fn write_in_bulk(
        &self,
        collection: Collection,
        actions: &[BulkAction],
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let all = |error: StoreError| actions.iter().map(|_| Err(same(&error))).collect();
        let call = match self.connection.call(deadline).await {
            Ok(call) => call,
            Err(error) => return all(error),
        };
        let index = match call.prepared.index(collection) {
            Ok(index) => index,
            Err(error) => return all(error),
        };
        let outcomes = call.bulk(index, actions).await;
        call.settle(index, actions, outcomes).await
    }

    async fn write_all(
        &self,
        collection: Collection,
        operations: &[Operation],
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        if collection.unique.is_some() {
            return self.write_connectors(operations, deadline).await;
        }
        let actions: Vec<BulkAction> = operations.iter().map(BulkAction::new).collect();
        if let [action] = &*actions {
            let change =
                |call: Call| async move { call.change(call.prepared.index(collection)?, action).await };
            return vec![self.connection.within(Purpose::Change, deadline, change).await];
        }
        let mut results = self.write_in_bulk(collection, &actions, deadline).await;
        for _ in 1..TRIES {
            let is_lost = |place: &usize| {
                results[*place].as_ref().is_err_and(|error| LostResource::of(error).is_some())
            };
            let lost: Vec<usize> = (0..results.len()).filter(is_lost).collect();
            if lost.is_empty() {
                break;
            }
            let again: Vec<BulkAction> = lost.iter().map(|place| actions[*place].clone()).collect();
            for (place, result) in
                lost.into_iter().zip(self.write_in_bulk(collection, &again, deadline).await)
            {
                results[place] = result;
            }
        }
        results
    }

    async fn scan_from_start(&self, collection: Collection, deadline: Deadline) -> Result<Walk, StoreError> {
        let open = |call: Call| async move {
            let all = json!({ "match_all": {} });
            Walk::open(call.clone(), call.prepared.index(collection)?, all, WalkContent::Source).await
        };
        self.connection.with_indices(deadline, open).await
    }
}

#[async_trait]
impl Store for SearchStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        let read = |call: Call| async move {
            let found = call.get_all(call.prepared.index(collection)?, ids).await?;
            if collection.unique.is_some() {
                call.remember_held(ids, &found);
            }
            Ok(found)
        };
        self.connection.within(Purpose::Read, deadline, read).await
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let results = self.write_all(collection, &operations, deadline).await;
        if results.iter().any(Result::is_ok) {
            self.watch.wake();
        }
        results
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        query.check()?;
        let read = |call: Call| async move { list(&call, query).await };
        self.connection.within(Purpose::Read, deadline, read).await
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        query.check()?;
        check_groups(query.collection, by)?;
        let read = |call: Call| async move { count(&call, query, by).await };
        self.connection.within(Purpose::Read, deadline, read).await
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        let (query, fields) = (query.clone(), fields.to_vec());
        let open = async move {
            query.check()?;
            check_numbers(query.collection, &fields)?;
            let open = |call: Call| NumbersWalk::open(call, &query, &fields);
            self.connection.with_indices(deadline, open).await
        };
        let portions = async move {
            let portions = stream::try_unfold(open.await?, |mut walk| async move {
                Ok(walk.next().await?.map(|portion| (portion, walk)))
            });
            Ok::<_, StoreError>(portions)
        };
        stream::once(portions).try_flatten().boxed()
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        let read = |hit: &Hit<'_>| {
            let id = Id::parse("_id", hit.id.clone().into_owned())
                .map_err(|refusal| StoreError::Backend(refusal.into()))?;
            let document = render(hit.text(), id.as_str())?;
            Ok(Stored { id, document })
        };
        let portions = async move {
            let walk = self.scan_from_start(collection, deadline).await?;
            Ok::<_, StoreError>(stream::try_unfold(walk, move |mut walk| async move {
                Ok(walk.next(read).await?.map(|portion| (portion, walk)))
            }))
        };
        stream::once(portions).try_flatten().boxed()
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.watch.changes(&self.connection, since, deadline).await
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        let check = |call: Call| async move {
            let nothing = json!({ "size": 0, "track_total_hits": false });
            // Checking one index is enough.
            let Some(index) = call.prepared.indices.first() else { return Ok(()) };
            call.search(&index.name, &nothing).await.map(drop)
        };
        self.connection.within(Purpose::Read, deadline, check).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.connection.close();
        self.watch.wake();
        Ok(())
    }
}
