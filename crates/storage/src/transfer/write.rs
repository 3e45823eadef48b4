//! Writes what arrives, several batches at a time, and keeps account of what became of it.

use futures_util::{Stream, StreamExt, TryStreamExt};
use tributary_domain::Id;

use super::arrival::{Arrival, Batch};
use super::digest::{Digest, Tally};
use super::report::{LeftOut, Reason};
use super::{COLLECTIONS, TransferError};
use crate::{Collection, Store, StoreError};

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
    accounts: [Account; 2],
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

fn place(collection: Collection) -> usize {
    usize::from(collection != COLLECTIONS[0])
}

/// Writes all batches to the target. Stops at the first error that is not about a single document.
pub(super) async fn write(
    target: &dyn Store,
    batches: impl Stream<Item = Result<Batch, TransferError>>,
    mut progressed: impl FnMut(&Ledger),
) -> Result<Ledger, TransferError> {
    let written = batches.map(async |batch| write_batch(target, batch?).await).buffer_unordered(BATCHES);
    let mut written = std::pin::pin!(written);
    let mut ledger = Ledger::default();
    while let Some(part) = written.try_next().await? {
        ledger.add(part);
        progressed(&ledger);
    }
    Ok(ledger)
}

async fn write_batch(target: &dyn Store, batch: Batch) -> Result<Ledger, TransferError> {
    let Batch { collection, arrivals } = batch;
    let digests: Vec<(Id, Digest)> =
        arrivals.iter().map(|arrival| (arrival.id.clone(), arrival.digest)).collect();
    let documents = arrivals.into_iter().map(|Arrival { id, document, .. }| (id, document)).collect();
    let results = target.create_many(collection, documents).await;
    let mut ledger = Ledger::default();
    for ((id, digest), result) in digests.into_iter().zip(results) {
        let one = Tally::one(digest);
        ledger.account_mut(collection).read += one;
        match result {
            Ok(_) => ledger.account_mut(collection).created += one,
            Err(StoreError::Conflict) => {
                if is_the_same(target, collection, &id, digest).await? {
                    ledger.account_mut(collection).present += one;
                } else {
                    ledger.leave_out(collection, id, Reason::Differs);
                }
            }
            Err(StoreError::IndexNameTaken { index_name, connector_id }) => {
                ledger.leave_out(collection, id, Reason::IndexNameTaken { index_name, connector_id });
            }
            Err(StoreError::Rejected(reason)) => {
                ledger.leave_out(collection, id, Reason::Rejected(reason));
            }
            Err(error) => return Err(TransferError::Target(error)),
        }
    }
    Ok(ledger)
}

/// Whether the target has the very same document under this id.
async fn is_the_same(
    target: &dyn Store,
    collection: Collection,
    id: &Id,
    digest: Digest,
) -> Result<bool, TransferError> {
    match target.get(collection, id).await {
        Ok(present) => Ok(Digest::of(&present.document) == digest),
        // It was there a moment ago: somebody else is changing the target.
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(TransferError::Target(error)),
    }
}
