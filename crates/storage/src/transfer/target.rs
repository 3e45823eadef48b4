//! What the target may contain before a transfer, and the check of that.

use futures_util::TryStreamExt;
use tributary_domain::{Id, Query};

use super::digest::{Digest, Tally};
use super::error::kind;
use super::retry::with_retries;
use super::{COLLECTIONS, Observer, OfEach, Progress, Stage, TransferError};
use crate::{Collection, Deadline, Store, StoreError, Stored};

/// What the target of a transfer may contain beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetMode {
    /// Nothing.
    Empty,
    /// Any documents, which stay unchanged.
    Merge,
    /// The result of an earlier run of the same transfer that was interrupted.
    Resume,
}

/// The number of documents of a collection, including softly deleted ones.
pub(super) async fn count(store: &dyn Store, collection: Collection) -> Result<u64, StoreError> {
    Ok(store.count(&Query::of(collection), &[], Deadline::NONE).await?.total)
}

/// Reads a whole collection and tallies it.
pub(super) async fn tally(
    store: &dyn Store,
    collection: Collection,
    progressed: impl Fn(u64),
) -> Result<Tally, StoreError> {
    // A scan does not survive a restart of the server, so it begins again.
    with_retries(async || {
        let mut tally = Tally::default();
        let mut portions = store.scan(collection, Deadline::NONE);
        while let Some(portion) = portions.try_next().await? {
            for Stored { document, .. } in portion {
                tally += Tally::one(Digest::of(&document));
            }
            progressed(tally.count);
        }
        Ok(tally)
    })
    .await
}

/// Tallies the target, in the order of [`COLLECTIONS`]; an error if it contains what `mode` does not allow.
pub(super) async fn survey(
    target: &dyn Store,
    mode: TargetMode,
    source: Option<&dyn Store>,
    observer: &Observer<'_>,
) -> Result<OfEach<Tally>, TransferError> {
    let mut counts = OfEach::<u64>::default();
    for (place, collection) in COLLECTIONS.into_iter().enumerate() {
        counts[place] = count(target, collection).await.map_err(TransferError::Target)?;
    }
    if mode == TargetMode::Empty && counts != OfEach::<u64>::default() {
        return Err(TransferError::NotEmpty(counts));
    }
    let mut tallies = OfEach::<Tally>::default();
    for (place, collection) in COLLECTIONS.into_iter().enumerate().filter(|(place, _)| counts[*place] > 0) {
        let stage = Stage::Surveying(collection);
        let progressed = |done| observer(Progress { stage, done, total: Some(counts[place]) });
        tallies[place] = match source {
            Some(source) if mode == TargetMode::Resume => {
                part_of(target, source, collection, progressed).await?
            }
            _ => tally(target, collection, progressed).await.map_err(TransferError::Target)?,
        };
    }
    Ok(tallies)
}

/// Tallies the target, whose documents must all be in the source with the same content.
async fn part_of(
    target: &dyn Store,
    source: &dyn Store,
    collection: Collection,
    mut progressed: impl FnMut(u64),
) -> Result<Tally, TransferError> {
    let mut tally = Tally::default();
    let mut portions = target.scan(collection, Deadline::NONE);
    while let Some(portion) = portions.try_next().await.map_err(TransferError::Target)? {
        let ids: Vec<Id> = portion.iter().map(|stored| stored.id.clone()).collect();
        let originals = with_retries(async || source.read(collection, &ids, Deadline::NONE).await).await;
        for (stored, original) in portion.into_iter().zip(originals.map_err(TransferError::Source)?) {
            let digest = Digest::of(&stored.document);
            let not_a_part =
                |how| TransferError::NotAPart { what: kind(collection), id: stored.id.to_string(), how };
            let original = original.ok_or_else(|| not_a_part("not in"))?;
            if Digest::of(&original.document) != digest {
                return Err(not_a_part("another in"));
            }
            tally += Tally::one(digest);
        }
        progressed(tally.count);
    }
    Ok(tally)
}
