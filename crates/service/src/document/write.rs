//! Writes and deletions of whole documents.

use tributary_domain::{Collection, Connector, Document, Id, Refusal, SyncJob, keep_masked};
use tributary_storage::{Outcome, Store, StoreError, StoreExt, Version};

use super::{DocumentVersion, Guard};
use crate::{Context, Result};

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
    let document = new(collection, document)?;
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
        None => new(collection, document.clone()).map(Some),
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
    let check = |version| guard.check(id, version);
    Ok(context.bound(store).remove_versioned(collection, id, check).await?)
}

/// Loads a document, lets `decide` choose what becomes of it, and stores that if it was not changed meanwhile; otherwise
/// again. `decide` answers `None` if nothing is to be written.
pub(super) async fn decided(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
    guard: Guard,
    decide: impl Fn(Option<Document>) -> Result<Option<Document>, Refusal> + Sync,
) -> Result<Written> {
    let mut document = Document::default();
    let decide = |found: Option<(Version, Document)>| {
        let Some((version, mut before)) = found else {
            // What is not there is missing first, and in another version second.
            let after = decide(None)?.ok_or_else(|| Refusal::DocumentMissing(id.to_string()))?;
            guard.check(id, None)?;
            document = after.clone();
            return Ok(Some(after));
        };
        guard.check(id, Some(version))?;
        before.remove("id");
        let after = decide(Some(before.clone()))?;
        document = after.clone().unwrap_or(before);
        Ok(after)
    };
    let (outcome, version) = context.bound(store).change_versioned(collection, id, decide).await?;
    Ok(Written { outcome, version, document })
}

/// Refuses a document that its collection cannot have.
fn check(collection: Collection, document: &Document) -> Result<(), Refusal> {
    if collection == Collection::CONNECTORS { Connector::check_written(document) } else { Ok(()) }
}

/// A document where there was none, which has no values that it could keep.
pub(super) fn new(collection: Collection, document: Document) -> Result<Document, Refusal> {
    check(collection, &document)?;
    keep_masked(collection, document, None)
}

/// What a document becomes by being overwritten. Values that are masked in what is written are kept.
pub(super) fn rewritten(
    context: &Context,
    collection: Collection,
    id: &Id,
    before: Document,
    written: Document,
) -> Result<Document, Refusal> {
    check(collection, &written)?;
    let written = keep_masked(collection, written, Some(&before))?;
    if collection != Collection::SYNC_JOBS {
        return Ok(written);
    }
    SyncJob::from(before).rewritten(id.as_str(), written, context.now()).map(Into::into)
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
