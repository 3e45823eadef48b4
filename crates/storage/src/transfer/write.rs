//! Writes what arrives, several batches at a time, and keeps account of what became of it.

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
/// How many batches are on their way at a time: the embedded store makes half of them durable in one
/// step while the others are made ready.
const BATCHES: usize = 16;
/// So many of the documents that were left out are named.
const NAMED: usize = 10;

/// What became of the documents of a collection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    /// All that arrived.
    pub(super) read: Tally,
    /// Those that were not there and now are.
    pub(super) created: Tally,
    /// Those that were there already, the same.
    pub(super) present: Tally,
}

/// What became of everything that arrived.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    accounts: OfEach<Account>,
    /// How many documents were left out.
    pub(super) left_out: u64,
    /// The first of them.
    pub(super) examples: Vec<LeftOut>,
}

impl Ledger {
    pub(super) fn account(&self, collection: Collection) -> Account {
        self.accounts[place(collection)]
    }

    /// Leaves documents out of the account that were there already although nothing was: they came
    /// twice. Answers how many.
    pub(super) fn forget_repeated(&mut self, collection: Collection) -> u64 {
        let account = self.account_mut(collection);
        let repeated = std::mem::take(&mut account.present);
        account.read = account.read - repeated;
        repeated.count
    }

    /// How many documents arrived.
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

/// Writes all batches to a target that held `before`. Stops at the first error that is not about a
/// single document and does not pass.
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
        // What was there before and what a lost answer left there could not be told apart later.
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
        // It was there a moment ago: somebody else is changing the target.
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

/// How the same document came to be in the target.
#[derive(Debug, Clone, Copy)]
enum Settled {
    /// It was there.
    Present,
    /// An earlier try stored it, and its answer was lost.
    Created,
}

impl Ledger {
    /// Looks at what the target has under the ids of documents, and answers those that it has not.
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
