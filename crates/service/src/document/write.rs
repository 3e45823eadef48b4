//! Writes and deletions of whole documents.

use tributary_domain::{Collection, Connector, Document, Id, Refusal, SyncJob};
use tributary_storage::{Action, Outcome, Store, StoreError, StoreExt, Version, Versioned};

use super::{DocumentVersion, Guard};
use crate::{Context, Result};

/// How often a write is tried again after the document was changed by others meanwhile.
const MAXIMUM_ATTEMPTS: usize = 100;

/// A document that was written, or did not have to be.
#[derive(Debug, Clone)]
pub struct Written {
    /// What happened.
    pub outcome: Outcome,
    /// Its version now.
    pub version: Version,
    /// The document now, without its id.
    pub document: Document,
}

/// Stores a document under an id that is not in use, or a new one.
///
/// Refused with [`Refusal::VersionConflict`] if it is in use, and with [`Refusal::IndexNameTaken`] for a second live
/// connector of an index.
pub async fn create(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
    document: Document,
) -> Result<Written> {
    check(collection, &document)?;
    let store = context.bound(store);
    match store.create(collection, id, document.clone()).await {
        Ok(version) => Ok(Written { outcome: Outcome::Created, version, document }),
        Err(StoreError::Conflict) => {
            let current = store.get(collection, id).await.map(|found| found.version).ok();
            Err(conflict(id, "document already exists".to_owned(), current).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Stores a document under an id, whether or not it is in use. The status of a sync job is a step of the state machine,
/// as in [`SyncJob::rewritten`].
pub async fn index(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
    document: Document,
    guard: Guard,
) -> Result<Written> {
    let decide = |before: Option<Document>| match before {
        Some(before) => rewritten(context, collection, id, before, document.clone()).map(Some),
        None => check(collection, &document).map(|()| Some(document.clone())),
    };
    decided(store, context, collection, id, guard, decide).await
}

/// Removes a document. `None` if it does not exist.
pub async fn delete(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
    guard: Guard,
) -> Result<Option<Version>> {
    let store = context.bound(store);
    for _ in 0..MAXIMUM_ATTEMPTS {
        let found = match store.get(collection, id).await {
            Ok(found) => found,
            Err(StoreError::NotFound) => {
                guard.check(id, None)?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        guard.check(id, Some(found.version))?;
        match store.write_one(collection, id, Action::Delete(found.version)).await {
            Ok(version) => return Ok(Some(version)),
            Err(StoreError::Conflict | StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Loads a document, lets `decide` choose what becomes of it, and stores that if it was not changed meanwhile; otherwise
/// again. `decide` answers `None` if nothing is to be written.
pub(super) async fn decided(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
    guard: Guard,
    decide: impl Fn(Option<Document>) -> Result<Option<Document>, Refusal>,
) -> Result<Written> {
    let store = context.bound(store);
    for _ in 0..MAXIMUM_ATTEMPTS {
        let before = match store.get(collection, id).await {
            Ok(found) => Some(found),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        // What is not there is missing first, and in another version second.
        if before.is_none() && decide(None)?.is_none() {
            return Err(Refusal::DocumentMissing(id.to_string()).into());
        }
        guard.check(id, before.as_ref().map(|found| found.version))?;
        let parsed = before.as_ref().map(parse).transpose()?;
        let (action, outcome, after) = match (before, decide(parsed.clone())?) {
            (Some(before), None) => {
                let document = parsed.unwrap_or_default();
                return Ok(Written { outcome: Outcome::Noop, version: before.version, document });
            }
            (Some(before), Some(after)) => {
                (Action::Replace(before.version, after.clone()), Outcome::Updated, after)
            }
            (None, after) => {
                let after = after.ok_or_else(|| Refusal::DocumentMissing(id.to_string()))?;
                (Action::Create(after.clone()), Outcome::Created, after)
            }
        };
        match store.write_one(collection, id, action).await {
            Ok(version) => return Ok(Written { outcome, version, document: after }),
            Err(StoreError::Conflict | StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Refuses a document that its collection cannot have.
pub(super) fn check(collection: Collection, document: &Document) -> Result<(), Refusal> {
    if collection == Collection::CONNECTORS { Connector::check_written(document) } else { Ok(()) }
}

/// What a document becomes by being overwritten.
pub(super) fn rewritten(
    context: &Context,
    collection: Collection,
    id: &Id,
    before: Document,
    written: Document,
) -> Result<Document, Refusal> {
    check(collection, &written)?;
    if collection != Collection::SYNC_JOBS {
        return Ok(written);
    }
    SyncJob::from(before).rewritten(id.as_str(), written, context.now()).map(Into::into)
}

/// A stored document, without its id.
fn parse(found: &Versioned) -> Result<Document, StoreError> {
    let text = std::str::from_utf8(&found.document).map_err(|error| StoreError::Backend(error.into()))?;
    let mut document = Document::parse(text).map_err(|error| StoreError::Backend(error.into()))?;
    document.remove("id");
    Ok(document)
}

impl Guard {
    fn check(self, id: &Id, current: Option<Version>) -> Result<(), Refusal> {
        let Some(expected) = self.version else { return Ok(()) };
        if current.map(DocumentVersion::from) == Some(expected) {
            return Ok(());
        }
        let DocumentVersion { sequence, term } = expected;
        let expected = format!("required seqNo [{sequence}], primary term [{term}]");
        Err(conflict(id, expected, current))
    }
}

fn conflict(id: &Id, expected: String, current: Option<Version>) -> Refusal {
    let current = current.map_or_else(
        || "no version: it does not exist".to_owned(),
        |version| {
            let DocumentVersion { sequence, term } = version.into();
            format!("seqNo [{sequence}] and primary term [{term}]")
        },
    );
    Refusal::VersionConflict { id: id.to_string(), expected, current }
}
