//! What the target may hold before anything is written, and what it does hold.

use futures_util::TryStreamExt;
use tributary_domain::{Id, Query};

use super::digest::{Digest, Tally};
use super::error::kind;
use super::retry::with_retries;
use super::{COLLECTIONS, Observer, OfEach, Progress, Stage, TransferError};
use crate::{Collection, Deadline, Store, StoreError, Stored};

/// What the target may hold already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetMode {
    /// Nothing.
    Empty,
    /// Anything; it stays as it is.
    Merge,
    /// An earlier part of the same transfer, which was cut off.
    Resume,
}

/// How many documents a collection has, those that are softly deleted included.
pub(super) async fn count(store: &dyn Store, collection: Collection) -> Result<u64, StoreError> {
    Ok(store.count(&Query::of(collection), &[], Deadline::NONE).await?.total)
}

/// Reads a collection from end to end and tallies it.
pub(super) async fn tally(
    store: &dyn Store,
    collection: Collection,
    progressed: impl Fn(u64),
) -> Result<Tally, StoreError> {
    // A server that was started again has lost the place of whoever reads: it is read from its start.
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

/// Looks at what the target holds, in the order of [`COLLECTIONS`], and refuses it where it is not
/// what was said.
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

/// Tallies the target, all of whose documents must be in the source as they are.
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
