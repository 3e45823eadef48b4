//! Reading and removing the records of creations.

use tributary_domain::{Condition, Document, Id, Query, Timestamp, creation_fields, has_expired};
use tributary_storage::{Action, Collection, Deadline, Operation, Store, StoreError, StoreExt, Version};

use super::listed::{id_of, parse};

/// How many expired records are removed at a time.
const PORTION: u32 = 100;

/// A record and its version, if there is one.
pub(super) async fn find<R: From<Document>>(
    store: &dyn Store,
    id: &Id,
) -> Result<Option<(R, Version)>, StoreError> {
    match store.get(Collection::CREATIONS, id).await {
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
        Ok(stored) => Ok(Some((R::from(parse(&stored.document)?), stored.version))),
    }
}

/// Stores a record in place of the one that was found. `None` if another request was faster.
pub(super) async fn put(
    store: &dyn Store,
    id: &Id,
    present: Option<Version>,
    record: Document,
) -> Result<Option<Version>, StoreError> {
    let action = match present {
        None => Action::Create(record),
        Some(version) => Action::Replace(version, record),
    };
    match store.write_one(Collection::CREATIONS, id, action).await {
        Ok(version) => Ok(Some(version)),
        Err(StoreError::Conflict | StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes some expired records, with every 64th record that is stored: as many as come, and more.
pub(super) async fn clean_up(store: &dyn Store, stored: &Id, now: Timestamp) {
    // Ids are digests in hexadecimal digits.
    let is_due = stored.as_str().starts_with('0') && stored.as_str()[1..].starts_with(['0', '1', '2', '3']);
    if is_due && let Err(error) = remove_expired(store, now).await {
        tracing::debug!(%error, "expired records of creations are not removed");
    }
}

async fn remove_expired(store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    let before = now.milliseconds();
    let expired = Condition::Range { field: creation_fields::EXPIRES_AT, from: None, before: Some(before) };
    let query = Query::of(Collection::CREATIONS).with(expired).page(0, PORTION);
    let page = store.list(&query, Deadline::NONE).await?;
    let ids = page.documents.iter().map(id_of).collect::<Result<Vec<Id>, _>>()?;
    let found = store.read(Collection::CREATIONS, &ids, Deadline::NONE).await?;
    let mut operations = Vec::new();
    for (id, found) in ids.into_iter().zip(found) {
        // A key may be in use again by now.
        if let Some(found) = found
            && has_expired(&parse(&found.document)?, now)
        {
            operations.push(Operation { id, action: Action::Delete(found.version) });
        }
    }
    for result in store.write(Collection::CREATIONS, operations, Deadline::NONE).await {
        match result {
            Ok(_) | Err(StoreError::Conflict | StoreError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
