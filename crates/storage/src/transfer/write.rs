//! Writes batches of documents concurrently, and counts the results.

use futures_util::{Stream, StreamExt, TryStreamExt};
use tributary_domain::Id;

use super::arrival::{Arrival, ArrivalBatch};
use super::digest::{Digest, Tally};
use super::left_out::{LeftOut, Reason};
use super::retry::{Retry, with_retries};
use super::{OfEach, TransferError, place};
use crate::{Collection, Deadline, Store, StoreError, StoreExt as _};

/// The most documents of a batch.
pub(super) const BATCH_DOCUMENTS: usize = 1_024;
/// How many batches are written concurrently: the embedded store commits half of them in one transaction while the
/// others are prepared.
const BATCHES: usize = 16;
/// How many skipped documents are listed.
const NAMED: usize = 10;

/// The results for a collection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    /// All documents that were read.
    pub(super) read: Tally,
    /// The documents that were created.
    pub(super) created: Tally,
    /// The documents that the target already had, with equal content.
    pub(super) present: Tally,
}

/// The results for all collections.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    accounts: OfEach<Account>,
    /// How many documents were skipped.
    pub(super) left_out: u64,
    /// The first of them.
    pub(super) examples: Vec<LeftOut>,
}

impl Ledger {
    pub(super) fn account(&self, collection: Collection) -> Account {
        self.accounts[place(collection)]
    }

    /// For a target that was empty before: removes the documents that were already present from the account, since they
    /// are duplicates within the input, and returns their number.
    pub(super) fn forget_repeated(&mut self, collection: Collection) -> u64 {
        let account = self.account_mut(collection);
        let repeated = std::mem::take(&mut account.present);
        account.read = account.read - repeated;
        repeated.count
    }

    /// How many documents were read.
    pub(super) fn read(&self) -> u64 {
        self.accounts.iter().map(|account| account.read.count).sum()
    }

    fn account_mut(&mut self, collection: Collection) -> &mut Account {
        &mut self.accounts[place(collection)]
    }

    fn leave_out(&mut self, collection: Collection, id: Id, reason: Reason) {
        self.left_out += 1;
        if self.examples.len() < NAMED {
            self.examples.push(LeftOut { collection, id, reason });
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (account, other) in self.accounts.iter_mut().zip(other.accounts) {
            account.read += other.read;
            account.created += other.created;
            account.present += other.present;
        }
        self.left_out += other.left_out;
        self.examples.extend(other.examples);
        self.examples.truncate(NAMED);
    }
}

/// Writes all batches to a target with the content `before`. Stops at the first permanent error that does not concern
/// a single document.
pub(super) async fn write(
    target: &dyn Store,
    before: OfEach<Tally>,
    batches: impl Stream<Item = Result<ArrivalBatch, TransferError>>,
    mut progressed: impl FnMut(&Ledger),
) -> Result<Ledger, TransferError> {
    let written =
        batches.map(async |batch| write_batch(target, before, batch?).await).buffer_unordered(BATCHES);
    let mut written = std::pin::pin!(written);
    let mut ledger = Ledger::default();
    while let Some(part) = written.try_next().await? {
        ledger.add(part);
        progressed(&ledger);
    }
    Ok(ledger)
}

async fn write_batch(
    target: &dyn Store,
    before: OfEach<Tally>,
    batch: ArrivalBatch,
) -> Result<Ledger, TransferError> {
    let ArrivalBatch { collection, arrivals: mut waiting } = batch;
    let mut ledger = Ledger::default();
    for arrival in &waiting {
        ledger.account_mut(collection).read += Tally::one(arrival.digest);
    }
    let mut settled = Settled::Present;
    if before[place(collection)].count > 0 {
        // Later, these could not be told from documents that a try with a lost response created.
        waiting = ledger.settle(target, collection, waiting, settled).await?;
    }
    let mut retry = Retry::new();
    while !waiting.is_empty() {
        let documents = waiting.iter().map(|arrival| (arrival.id.clone(), arrival.document.clone()));
        let results = target.create_many(collection, documents.collect()).await;
        let (mut there, mut again, mut away) = (Vec::new(), Vec::new(), None);
        for (arrival, result) in waiting.into_iter().zip(results) {
            match result {
                Ok(_) => ledger.account_mut(collection).created += Tally::one(arrival.digest),
                Err(StoreError::Conflict) => there.push(arrival),
                Err(StoreError::IndexNameTaken { index_name, connector_id }) => {
                    let reason = Reason::IndexNameTaken { index_name, connector_id };
                    ledger.leave_out(collection, arrival.id, reason);
                }
                Err(StoreError::Rejected(reason)) => {
                    ledger.leave_out(collection, arrival.id, Reason::Rejected(reason));
                }
                Err(error @ StoreError::Unavailable(_)) => {
                    away = Some(error);
                    again.push(arrival);
                }
                Err(error) => return Err(TransferError::Target(error)),
            }
        }
        // It conflicted and is gone now: another writer is changing the target.
        for gone in ledger.settle(target, collection, there, settled).await? {
            ledger.leave_out(collection, gone.id, Reason::Differs);
        }
        if let Some(error) = away {
            retry.wait(error).await.map_err(TransferError::Target)?;
        }
        waiting = again;
        settled = Settled::Created;
    }
    Ok(ledger)
}

/// Why a document with equal content is in the target.
#[derive(Debug, Clone, Copy)]
enum Settled {
    /// It was there before.
    Present,
    /// An earlier try created it, but its response was lost.
    Created,
}

impl Ledger {
    /// Compares documents with those in the target, and returns the ones that are missing there.
    async fn settle(
        &mut self,
        target: &dyn Store,
        collection: Collection,
        arrivals: Vec<Arrival>,
        settled: Settled,
    ) -> Result<Vec<Arrival>, TransferError> {
        if arrivals.is_empty() {
            return Ok(arrivals);
        }
        let ids: Vec<Id> = arrivals.iter().map(|arrival| arrival.id.clone()).collect();
        let found = with_retries(async || target.read(collection, &ids, Deadline::NONE).await).await;
        let mut missing = Vec::new();
        for (arrival, found) in arrivals.into_iter().zip(found.map_err(TransferError::Target)?) {
            match found.map(|found| Digest::of(&found.document) == arrival.digest) {
                None => missing.push(arrival),
                Some(false) => self.leave_out(collection, arrival.id, Reason::Differs),
                Some(true) => {
                    let account = self.account_mut(collection);
                    match settled {
                        Settled::Present => account.present += Tally::one(arrival.digest),
                        Settled::Created => account.created += Tally::one(arrival.digest),
                    }
                }
            }
        }
        Ok(missing)
    }
}
