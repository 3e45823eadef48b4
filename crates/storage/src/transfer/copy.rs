//! Copies a store to another one.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::arrival::{Arrival, ArrivalBatch};
use super::digest::Tally;
use super::target::{TargetMode, count, survey, tally};
use super::write::{BATCH_DOCUMENTS, Ledger, write};
use super::{COLLECTIONS, Observer, OfEach, Progress, Report, Stage, TransferError};
use crate::{Collection, Deadline, Store};

/// Copies all documents of `source` to `target`: connectors, then sync jobs, then secrets, which stay encrypted. Reads
/// both stores again at the end, so that the report compares their actual content.
///
/// Retries while the target is unavailable. Stops at the first other error that does not concern a single document;
/// documents that were copied before stay, and a call with [`TargetMode::Resume`] continues.
pub async fn copy(
    source: &dyn Store,
    target: &dyn Store,
    mode: TargetMode,
    observer: &Observer<'_>,
) -> Result<Report, TransferError> {
    let before = survey(target, mode, Some(source), observer).await?;
    let mut ledger = Ledger::default();
    for collection in COLLECTIONS {
        ledger.add(copy_collection(source, target, before, collection, observer).await?);
    }
    let (mut sources, mut targets) = (OfEach::<Tally>::default(), OfEach::<Tally>::default());
    for (place, collection) in COLLECTIONS.into_iter().enumerate() {
        let stage = Stage::Comparing(collection);
        let read = ledger.account(collection).read.count;
        let total = Some(read + before[place].count + ledger.account(collection).created.count);
        let first = |done| observer(Progress { stage, done, total });
        sources[place] = tally(source, collection, first).await.map_err(TransferError::Source)?;
        let second = |done| observer(Progress { stage, done: read + done, total });
        targets[place] = tally(target, collection, second).await.map_err(TransferError::Target)?;
    }
    Ok(Report::new(mode, before, ledger, sources, targets))
}

async fn copy_collection(
    source: &dyn Store,
    target: &dyn Store,
    before: OfEach<Tally>,
    collection: Collection,
    observer: &Observer<'_>,
) -> Result<Ledger, TransferError> {
    let total = Some(count(source, collection).await.map_err(TransferError::Source)?);
    let batches = source
        .scan(collection, Deadline::NONE)
        .map_err(TransferError::Source)
        .map_ok(|portion| {
            let mut rest = portion.into_iter();
            let batches = std::iter::from_fn(move || {
                let batch: Vec<_> = rest.by_ref().take(BATCH_DOCUMENTS).collect();
                (!batch.is_empty()).then_some(Ok(batch))
            });
            stream::iter(batches)
        })
        .try_flatten()
        .map(|batch| {
            let arrivals = batch?.into_iter().map(Arrival::from_stored).collect::<Result<_, _>>()?;
            Ok(ArrivalBatch { collection, arrivals })
        });
    let stage = Stage::Copying(collection);
    write(target, before, batches, |ledger| observer(Progress { stage, done: ledger.read(), total })).await
}
