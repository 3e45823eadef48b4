//! A store as a caller sees it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use futures_util::stream::{BoxStream, StreamExt as _};
use tributary_domain::{Id, Query};
use tributary_storage::{
    Action, Changes, Collection, Counts, Deadline, LastValues, Numbers, Operation, Page, Position, Store,
    StoreError, Stored, Version, Versioned,
};

use super::Sight;
use crate::error::repeated;

/// A store of which a caller sees only a part: other documents are not there. A change of one that is not seen, or to
/// one that would not be, fails with [`StoreError::OutOfScope`].
#[derive(Debug)]
pub struct LimitedStore {
    store: Arc<dyn Store>,
    sight: Sight,
    has_hidden: AtomicBool,
}

impl LimitedStore {
    /// What a caller sees of a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, sight: Sight) -> Self {
        Self { store, sight, has_hidden: AtomicBool::new(false) }
    }

    /// What the caller sees.
    #[must_use]
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// Whether a document that the caller named was hidden from it.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        self.has_hidden.load(Ordering::Relaxed)
    }

    fn seen(&self, collection: Collection, id: &Id, found: Versioned) -> Option<Versioned> {
        if !self.sight.sees_text(collection, id.as_str(), &found.document) {
            self.has_hidden.store(true, Ordering::Relaxed);
            return None;
        }
        let document = self.sight.shown(collection, found.document);
        Some(Versioned { document, ..found })
    }

    /// Whether the caller saw a document that is deleted; of one that is not known only who sees everything did.
    fn saw(&self, collection: Collection, id: &Id, last: Option<&LastValues>) -> bool {
        !self.sight.limits(collection)
            || last
                .and_then(LastValues::read)
                .is_some_and(|last| self.sight.sees(collection, id.as_str(), &last))
    }

    /// Whether the caller may make a change of a document that is, or is not, there.
    fn may(&self, collection: Collection, operation: &Operation, present: Option<&Versioned>) -> bool {
        let id = operation.id.as_str();
        let sees_present =
            present.is_none_or(|present| self.sight.sees_text(collection, id, &present.document));
        let sees_next = match &operation.action {
            Action::Create(next) | Action::Replace(_, next) => self.sight.sees(collection, id, next),
            Action::Delete(_) => true,
        };
        sees_present && sees_next
    }
}

#[async_trait]
impl Store for LimitedStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        let found = self.store.read(collection, ids, deadline).await?;
        Ok(ids.iter().zip(found).map(|(id, found)| self.seen(collection, id, found?)).collect())
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        if !self.sight.limits(collection) {
            return self.store.write(collection, operations, deadline).await;
        }
        let ids: Vec<Id> = operations.iter().map(|operation| operation.id.clone()).collect();
        // What a change is guarded by is checked by the store: this read only tells whose the document is.
        let present = match self.store.read(collection, &ids, deadline).await {
            Ok(present) => present,
            Err(error) => {
                let error = Arc::new(error);
                return ids.iter().map(|_| Err(repeated(&error))).collect();
            }
        };
        let allowed: Vec<bool> = operations
            .iter()
            .zip(&present)
            .map(|(operation, present)| self.may(collection, operation, present.as_ref()))
            .collect();
        let passed = operations.into_iter().zip(&allowed).filter(|(_, allowed)| **allowed);
        let passed: Vec<Operation> = passed.map(|(operation, _)| operation).collect();
        let mut written =
            if passed.is_empty() { Vec::new() } else { self.store.write(collection, passed, deadline).await }
                .into_iter();
        let result = |(allowed, id): (bool, &Id)| {
            let out_of_scope = || {
                self.has_hidden.store(true, Ordering::Relaxed);
                Err(StoreError::OutOfScope { noun: collection.noun, id: id.to_string() })
            };
            if allowed { written.next().unwrap_or_else(out_of_scope) } else { out_of_scope() }
        };
        allowed.into_iter().zip(&ids).map(result).collect()
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        let page = self.store.list(&self.sight.limit(query), deadline).await?;
        Ok(Page { documents: self.sight.shown_page(query.collection, page.documents), ..page })
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.store.count(&self.sight.limit(query), by, deadline).await
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.store.numbers(&self.sight.limit(query), fields, deadline)
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        let seen = move |portion: Vec<Stored>| {
            let seen = portion
                .into_iter()
                .filter(|stored| self.sight.sees_text(collection, stored.id.as_str(), &stored.document));
            seen.map(|stored| Stored { document: self.sight.shown(collection, stored.document), ..stored })
                .collect()
        };
        self.store.scan(collection, deadline).map_ok(seen).boxed()
    }

    /// The ids of all changes, but for deletions of documents that the caller did not see: whoever passes them on reads
    /// the other ones, and sees only its part of them.
    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        let mut changes = self.store.changes(since, deadline).await?;
        let hidden: BTreeSet<_> = changes
            .deleted
            .extract_if(.., |(collection, id), last| !self.saw(*collection, id, last.as_ref()))
            .map(|(document, _)| document)
            .collect();
        changes.changed.retain(|document| !hidden.contains(document));
        Ok(changes)
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.store.check(deadline).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.store.close().await
    }
}
