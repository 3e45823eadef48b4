//! Optimistic concurrency: load a document, decide, and replace it if its version is unchanged.

use async_trait::async_trait;
use tributary_domain::{Collection, Document, Id, Refusal};

use crate::{Action, Deadline, Operation, Store, StoreError, Version, Versioned};

/// How often a change is retried after a conflict. Every conflict means that another writer succeeded, so that so
/// many in a row do not happen in practice.
const MAXIMUM_ATTEMPTS: usize = 100;

/// The effect of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The document was created.
    Created,
    /// The document was changed.
    Updated,
    /// The document already had the requested state; nothing was written.
    Noop,
}

/// Why a document was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The rules forbid the change.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Convenience methods of every store, without a deadline; for one, see [`Within`](crate::Within).
#[async_trait]
pub trait StoreExt {
    /// The document with this id, or [`StoreError::NotFound`].
    async fn get(&self, collection: Collection, id: &Id) -> Result<Versioned, StoreError>;

    /// Makes a single change; see [`Store::write`].
    async fn write_one(&self, collection: Collection, id: &Id, action: Action)
    -> Result<Version, StoreError>;

    /// Stores a new document; [`StoreError::Conflict`] if the id is in use.
    async fn create(
        &self,
        collection: Collection,
        id: &Id,
        document: Document,
    ) -> Result<Version, StoreError> {
        self.write_one(collection, id, Action::Create(document)).await
    }

    /// Stores new documents, each independently of the others.
    async fn create_many(
        &self,
        collection: Collection,
        documents: Vec<(Id, Document)>,
    ) -> Vec<Result<Version, StoreError>>;

    /// Stores the next state of a document if its version is still `expected`; otherwise
    /// [`StoreError::Conflict`], or [`StoreError::NotFound`] if it is gone.
    async fn replace(
        &self,
        collection: Collection,
        id: &Id,
        expected: Version,
        document: Document,
    ) -> Result<Version, StoreError> {
        self.write_one(collection, id, Action::Replace(expected, document)).await
    }

    /// Removes a document if its version is still `expected`; otherwise [`StoreError::Conflict`], or
    /// [`StoreError::NotFound`] if it is gone already.
    async fn delete(&self, collection: Collection, id: &Id, expected: Version) -> Result<(), StoreError> {
        self.write_one(collection, id, Action::Delete(expected)).await.map(drop)
    }

    /// The document with this id and its version, or a refusal with the id if there is none.
    async fn load<D: From<Document>>(
        &self,
        collection: Collection,
        id: &Id,
    ) -> Result<(D, Version), ChangeError>;

    /// Loads a document, calls `decide` for its next state, and stores that if the document was not changed in the
    /// meantime; otherwise starts again with the latest state. `decide` is called with `None` if there is no document,
    /// and returns a new one or a refusal.
    async fn change_or_create<D, F>(
        &self,
        collection: Collection,
        id: &Id,
        decide: F,
    ) -> Result<Outcome, ChangeError>
    where
        D: From<Document> + Into<Document> + Send,
        F: FnMut(Option<D>) -> Result<D, Refusal> + Send;

    /// Like [`change_or_create`](Self::change_or_create), with the version of what is decided on. `decide` returns `None`
    /// to leave a document as it is. Returns the version of the document afterwards.
    async fn change_versioned<F>(
        &self,
        collection: Collection,
        id: &Id,
        decide: F,
    ) -> Result<(Outcome, Version), ChangeError>
    where
        F: FnMut(Option<(Version, Document)>) -> Result<Option<Document>, Refusal> + Send;

    /// Like [`change_or_create`](Self::change_or_create), for a document that must exist.
    async fn change<D, F>(
        &self,
        collection: Collection,
        id: &Id,
        mut decide: F,
    ) -> Result<Outcome, ChangeError>
    where
        D: From<Document> + Into<Document> + Send,
        F: FnMut(D) -> Result<D, Refusal> + Send,
    {
        let decide =
            |present: Option<D>| decide(present.ok_or_else(|| (collection.missing)(id.to_string()))?);
        self.change_or_create(collection, id, decide).await
    }

    /// Removes a document regardless of its version, or returns a refusal with the id if there is none.
    async fn remove(&self, collection: Collection, id: &Id) -> Result<(), ChangeError> {
        let check =
            |version: Option<Version>| version.map(drop).ok_or_else(|| (collection.missing)(id.to_string()));
        self.remove_versioned(collection, id, check).await.map(drop)
    }

    /// Removes a document if `check` accepts its version, which is `None` if there is none. Returns the version of the
    /// removal, or `None` if there was nothing to remove.
    async fn remove_versioned<F>(
        &self,
        collection: Collection,
        id: &Id,
        check: F,
    ) -> Result<Option<Version>, ChangeError>
    where
        F: FnMut(Option<Version>) -> Result<(), Refusal> + Send;

    /// Removes documents in bulk regardless of their versions; missing ones are skipped.
    async fn remove_all(&self, collection: Collection, ids: &[Id]) -> Result<(), StoreError>;
}

#[async_trait]
impl<S: Store + ?Sized> StoreExt for S {
    async fn get(&self, collection: Collection, id: &Id) -> Result<Versioned, StoreError> {
        let found = self.read(collection, std::slice::from_ref(id), Deadline::NONE).await?;
        found.into_iter().next().flatten().ok_or(StoreError::NotFound)
    }

    async fn write_one(
        &self,
        collection: Collection,
        id: &Id,
        action: Action,
    ) -> Result<Version, StoreError> {
        let results =
            self.write(collection, vec![Operation { id: id.clone(), action }], Deadline::NONE).await;
        let unanswered = || Err(StoreError::Backend("a change was left unanswered".into()));
        results.into_iter().next().unwrap_or_else(unanswered)
    }

    async fn create_many(
        &self,
        collection: Collection,
        documents: Vec<(Id, Document)>,
    ) -> Vec<Result<Version, StoreError>> {
        let create = |(id, document)| Operation { id, action: Action::Create(document) };
        self.write(collection, documents.into_iter().map(create).collect(), Deadline::NONE).await
    }

    async fn load<D: From<Document>>(
        &self,
        collection: Collection,
        id: &Id,
    ) -> Result<(D, Version), ChangeError> {
        let stored = self.get(collection, id).await.map_err(|error| named(error, collection, id))?;
        Ok((D::from(parse(&stored.document)?), stored.version))
    }

    async fn change_or_create<D, F>(
        &self,
        collection: Collection,
        id: &Id,
        mut decide: F,
    ) -> Result<Outcome, ChangeError>
    where
        D: From<Document> + Into<Document> + Send,
        F: FnMut(Option<D>) -> Result<D, Refusal> + Send,
    {
        let decide = |found: Option<(Version, Document)>| {
            let before = found.map(|(_, document)| document);
            let after: Document = decide(before.clone().map(D::from))?.into();
            Ok((before.as_ref() != Some(&after)).then_some(after))
        };
        self.change_versioned(collection, id, decide).await.map(|(outcome, _)| outcome)
    }

    async fn change_versioned<F>(
        &self,
        collection: Collection,
        id: &Id,
        mut decide: F,
    ) -> Result<(Outcome, Version), ChangeError>
    where
        F: FnMut(Option<(Version, Document)>) -> Result<Option<Document>, Refusal> + Send,
    {
        for _ in 0..MAXIMUM_ATTEMPTS {
            let found = match self.get(collection, id).await {
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error.into()),
                Ok(stored) => Some((stored.version, parse(&stored.document)?)),
            };
            let version = found.as_ref().map(|(version, _)| *version);
            let (result, outcome) = match (decide(found)?, version) {
                (None, Some(version)) => return Ok((Outcome::Noop, version)),
                (None, None) => return Err((collection.missing)(id.to_string()).into()),
                (Some(after), None) => (self.create(collection, id, after).await, Outcome::Created),
                (Some(after), Some(version)) => {
                    (self.replace(collection, id, version, after).await, Outcome::Updated)
                }
            };
            match result {
                Ok(version) => return Ok((outcome, version)),
                // A conflict: decide again on the latest state.
                Err(StoreError::Conflict | StoreError::NotFound) => {}
                Err(error) => return Err(named(error, collection, id)),
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn remove_versioned<F>(
        &self,
        collection: Collection,
        id: &Id,
        mut check: F,
    ) -> Result<Option<Version>, ChangeError>
    where
        F: FnMut(Option<Version>) -> Result<(), Refusal> + Send,
    {
        for _ in 0..MAXIMUM_ATTEMPTS {
            let version = match self.get(collection, id).await {
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error.into()),
                Ok(stored) => Some(stored.version),
            };
            check(version)?;
            let Some(version) = version else { return Ok(None) };
            match self.write_one(collection, id, Action::Delete(version)).await {
                // A conflict: check the latest state.
                Err(StoreError::Conflict | StoreError::NotFound) => {}
                Err(error) => return Err(named(error, collection, id)),
                Ok(version) => return Ok(Some(version)),
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn remove_all(&self, collection: Collection, ids: &[Id]) -> Result<(), StoreError> {
        let mut left = ids.to_vec();
        for _ in 0..MAXIMUM_ATTEMPTS {
            let found = self.read(collection, &left, Deadline::NONE).await?;
            let present = left.into_iter().zip(found).filter_map(|(id, found)| Some((id, found?.version)));
            let (ids, versions): (Vec<Id>, Vec<Version>) = present.unzip();
            if ids.is_empty() {
                return Ok(());
            }
            let delete = |(id, version): (&Id, &Version)| Operation {
                id: id.clone(),
                action: Action::Delete(*version),
            };
            let deletions = ids.iter().zip(&versions).map(delete).collect();
            let results = self.write(collection, deletions, Deadline::NONE).await;
            left = Vec::new();
            for (id, result) in ids.into_iter().zip(results) {
                match result {
                    Ok(_) | Err(StoreError::NotFound) => {}
                    Err(StoreError::Conflict) => left.push(id),
                    Err(error) => return Err(error),
                }
            }
        }
        Err(StoreError::Conflict)
    }
}

/// Errors caused by the request, as refusals.
fn named(error: StoreError, collection: Collection, id: &Id) -> ChangeError {
    match error {
        StoreError::NotFound => (collection.missing)(id.to_string()).into(),
        StoreError::IndexNameTaken { index_name, connector_id } => {
            Refusal::IndexNameTaken { index_name, connector_id }.into()
        }
        error => error.into(),
    }
}

fn parse(document: &[u8]) -> Result<Document, StoreError> {
    let text = std::str::from_utf8(document).map_err(|error| StoreError::Backend(error.into()))?;
    Document::parse(text).map_err(|error| StoreError::Backend(error.into()))
}
