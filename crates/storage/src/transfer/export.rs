//! Exports a store as lines of JSON, in the form of `_bulk` requests.

use std::io::Write;

use futures_util::TryStreamExt;

use super::arrival::source;
use super::digest::{Digest, Tally, without_blanks};
use super::target::count;
use super::{COLLECTIONS, Observer, OfEach, Progress, Stage, TransferError, bulk_action, place};
use crate::{Collection, Deadline, Store, Stored};

/// Writes all documents of `store` to `output`: connectors, then sync jobs, then secrets, which stay encrypted. Each
/// document takes two lines, `{"create":{"_index":…,"_id":…}}` and the document without its id. Returns what was
/// written.
///
/// Blocks while the output does.
pub async fn export(
    store: &dyn Store,
    output: &mut (dyn Write + Send),
    observer: &Observer<'_>,
) -> Result<OfEach<Tally>, TransferError> {
    let mut exported = OfEach::default();
    for collection in COLLECTIONS {
        exported[place(collection)] = export_collection(store, collection, output, observer).await?;
    }
    output.flush().map_err(TransferError::Output)?;
    Ok(exported)
}

async fn export_collection(
    store: &dyn Store,
    collection: Collection,
    output: &mut (dyn Write + Send),
    observer: &Observer<'_>,
) -> Result<Tally, TransferError> {
    let stage = Stage::Exporting(collection);
    let total = Some(count(store, collection).await.map_err(TransferError::Source)?);
    let mut tally = Tally::default();
    let mut portions = store.scan(collection, Deadline::NONE);
    let mut lines = Vec::new();
    while let Some(portion) = portions.try_next().await.map_err(TransferError::Source)? {
        lines.clear();
        for stored in portion {
            write_lines(&mut lines, collection, &stored)?;
            tally += Tally::one(Digest::of(&stored.document));
        }
        output.write_all(&lines).map_err(TransferError::Output)?;
        observer(Progress { stage, done: tally.count, total });
        // Yield, since a store that never waits would starve the handling of signals.
        tokio::task::yield_now().await;
    }
    Ok(tally)
}

fn write_lines(lines: &mut Vec<u8>, collection: Collection, stored: &Stored) -> Result<(), TransferError> {
    let action = bulk_action::action(collection, stored.id.as_str());
    let action = action.map_err(|error| TransferError::Output(error.into()))?;
    lines.extend_from_slice(action.as_bytes());
    lines.push(b'\n');
    let document = source(stored)?.to_json();
    let document = document.as_bytes();
    // A stored value may contain line breaks.
    if memchr::memchr2(b'\n', b'\r', document).is_some() {
        lines.extend_from_slice(&without_blanks(document));
    } else {
        lines.extend_from_slice(document);
    }
    lines.push(b'\n');
    Ok(())
}
