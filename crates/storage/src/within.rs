//! A store whose calls all share a deadline.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tributary_domain::{Collection, Id, Query};

use crate::{
    Changes, Counts, Deadline, Numbers, Operation, Page, Position, Store, StoreError, Stored, Version,
    Versioned,
};

/// A store for one piece of work: all calls share its deadline.
#[derive(Debug, Clone, Copy)]
pub struct Within<'s> {
    store: &'s dyn Store,
    deadline: Deadline,
}

impl<'s> Within<'s> {
    /// The store, with this deadline for all calls.
    #[must_use]
    pub const fn new(store: &'s dyn Store, deadline: Deadline) -> Self {
        Self { store, deadline }
    }
}

#[async_trait]
impl Store for Within<'_> {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.read(collection, ids, self.deadline.and(deadline)).await
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        self.store.write(collection, operations, self.deadline.and(deadline)).await
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        self.store.list(query, self.deadline.and(deadline)).await
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.store.count(query, by, self.deadline.and(deadline)).await
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.store.numbers(query, fields, self.deadline.and(deadline))
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        self.store.scan(collection, self.deadline.and(deadline))
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.store.changes(since, self.deadline.and(deadline)).await
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.store.check(self.deadline.and(deadline)).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.store.close().await
    }
}
