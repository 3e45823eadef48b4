//! The writer thread: commits all waiting changes in one transaction (group commit).

use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, PoisonError, RwLock};

use redb::Database;
use tokio::sync::oneshot;
use tributary_domain::Collection;

use super::catch_panic::catch_panic;
use super::failure::Failure;
use super::folder::{Folder, OpenedDatabase};
use super::mark::Mark;
use super::queue::QueuePlace;
use super::table::{self, State, TableRow};
use crate::memory::{Catalog, ChangeKind, DocumentChange, GuardedChange};
use crate::{StoreError, Version};

/// The limits of one transaction; a larger document is written alone.
const BATCH_OPERATIONS: usize = 8_192;
const BATCH_BYTES: usize = 8 << 20;

/// The channel for the result of a change, which has its place in the queue until it is sent.
pub(super) struct ResultSender {
    pub(super) sender: oneshot::Sender<Result<Version, StoreError>>,
    pub(super) place: QueuePlace,
}

impl ResultSender {
    fn send(self, result: Result<Version, StoreError>) {
        drop(self.place);
        // The caller may have stopped waiting.
        let _ = self.sender.send(result);
    }
}

/// A change, and the channel for its result.
pub(super) struct WriteRequest {
    pub(super) change: GuardedChange,
    pub(super) answer: ResultSender,
}

/// A change that passed its check and is not written yet.
struct PendingWrite {
    change: DocumentChange,
    kind: ChangeKind,
    sequence: u64,
    answer: ResultSender,
}

/// The keys that a transaction writes, each at most once: changes are checked against the catalog, which has only
/// what is written already.
#[derive(Default)]
struct TouchedKeys {
    ids: HashSet<(Collection, String)>,
    /// Unique words, since the check depends on all documents of the collection.
    unique: HashSet<(Collection, String)>,
}

impl TouchedKeys {
    /// Adds the keys of a change, or answers that one of them is in use: then this change and all later ones of
    /// the same document wait for the next transaction.
    fn insert(&mut self, change: &DocumentChange) -> bool {
        let unique = change.record.as_ref().and_then(|record| record.terms.unique.clone());
        let is_free = self.ids.insert((change.collection, change.id.clone()));
        unique.is_none_or(|word| self.unique.insert((change.collection, word))) && is_free
    }
}

/// The state of the writer thread.
pub(super) struct Writer {
    catalog: Arc<RwLock<Catalog>>,
    /// `None` after a failure, until it is needed again.
    database: Option<Database>,
    /// The state that is acknowledged and visible to readers.
    state: State,
    /// The last sequence number assigned to a change, including changes that failed.
    sequence: u64,
    mark: Mark,
    /// The documents of failed transactions, which may have reached the disk all the same.
    uncertain: Vec<(Collection, String)>,
    // Dropped last: the lock is released only after the database is closed.
    folder: Folder,
}

impl Writer {
    /// The writer of an open store, and the catalog for readers.
    pub(super) fn new(folder: Folder, opened: OpenedDatabase) -> (Self, Arc<RwLock<Catalog>>) {
        let OpenedDatabase { database, catalog, state, mark } = opened;
        let catalog = Arc::new(RwLock::new(catalog));
        let writer = Self {
            catalog: Arc::clone(&catalog),
            database: Some(database),
            sequence: state.sequence,
            state,
            mark,
            uncertain: Vec::new(),
            folder,
        };
        (writer, catalog)
    }

    /// Writes what arrives until all senders are dropped, then closes the database.
    pub(super) fn run(mut self, requests: &Receiver<WriteRequest>) {
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                match requests.recv() {
                    Ok(request) => waiting.push_back(request),
                    Err(_) => break,
                }
            }
            while waiting.len() < BATCH_OPERATIONS {
                match requests.try_recv() {
                    Ok(request) => waiting.push_back(request),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            let batch = self.accept(&mut waiting);
            self.write(batch);
        }
        self.close();
    }

    /// Takes the changes that can share a transaction; those that depend on one of them keep waiting, in order.
    fn accept(&mut self, waiting: &mut VecDeque<WriteRequest>) -> Vec<PendingWrite> {
        let catalog = self.catalog.read().unwrap_or_else(PoisonError::into_inner);
        let mut accepted = Vec::with_capacity(waiting.len());
        let mut deferred = VecDeque::new();
        let mut touched = TouchedKeys::default();
        let mut bytes = 0;
        while let Some(request) = waiting.pop_front() {
            let size = request.change.change.record.as_ref().map_or(0, |record| record.rendered.len());
            if bytes > 0 && bytes + size > BATCH_BYTES {
                waiting.push_front(request);
                break;
            }
            if !touched.insert(&request.change.change) {
                deferred.push_back(request);
                continue;
            }
            let WriteRequest { change, answer } = request;
            if let Err(error) = catalog.check(&change) {
                answer.send(Err(error));
                continue;
            }
            bytes += size;
            self.sequence += 1;
            let kind = catalog.kind(&change.change);
            accepted.push(PendingWrite { change: change.change, kind, sequence: self.sequence, answer });
        }
        deferred.append(waiting);
        *waiting = deferred;
        accepted
    }

    /// Makes a batch durable, then visible, then acknowledges it; on failure none of these happens.
    fn write(&mut self, batch: Vec<PendingWrite>) {
        if batch.is_empty() {
            return;
        }
        let mut state = self.state.clone();
        state.sequence = self.sequence;
        self.count(&mut state, &batch);
        if let Err(failure) = self.commit(&batch, &state) {
            tracing::warn!(folder = self.folder.name(), changes = batch.len(), ?failure, "changes failed");
            let folder = self.folder.name();
            for PendingWrite { answer, .. } in batch {
                answer.send(Err(failure.to_store_error(&folder)));
            }
            return;
        }
        self.state = state;
        if let Err(error) = self.mark.set(self.state.sequence) {
            // The mark is a lower bound: an old one is still correct.
            tracing::warn!(folder = self.folder.name(), %error, "the mark of the latest change is not written");
        }
        let mut answers = Vec::with_capacity(batch.len());
        {
            let mut catalog = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
            for PendingWrite { change, kind, sequence, answer } in batch {
                catalog.apply(change, kind, sequence);
                answers.push((answer, sequence));
            }
            catalog.publish();
        }
        for (answer, sequence) in answers {
            answer.send(Ok(Version { sequence, term: 0 }));
        }
    }

    /// Updates the numbers of documents for a batch.
    fn count(&self, state: &mut State, batch: &[PendingWrite]) {
        let catalog = self.catalog.read().unwrap_or_else(PoisonError::into_inner);
        for PendingWrite { change: DocumentChange { collection, id, record }, .. } in batch {
            let count = state.count_mut(*collection);
            match (record.is_some(), catalog.contains(*collection, id)) {
                (true, false) => *count += 1,
                (false, true) => *count -= 1,
                (true, true) | (false, false) => {}
            }
        }
    }

    fn commit(&mut self, batch: &[PendingWrite], state: &State) -> Result<(), Failure> {
        let database = self.whole_database()?;
        let rows = batch.iter().map(|PendingWrite { change, sequence, .. }| TableRow {
            collection: change.collection,
            id: &change.id,
            content: change.record.as_ref().map(|record| (*sequence, &*record.rendered)),
        });
        let result = catch_panic(|| table::commit(database, rows, state), panicked);
        // Data in an unlinked file would be lost with the process.
        let result = result.and_then(|()| self.folder.check_in_place());
        if result.is_err() {
            self.uncertain.extend(batch.iter().map(|one| (one.change.collection, one.change.id.clone())));
            self.close();
        }
        result
    }

    /// The database in the state that readers see: after a failure it is opened again, and what the
    /// failed transaction left is undone.
    fn whole_database(&mut self) -> Result<&Database, Failure> {
        let database = match self.database.take() {
            Some(database) => database,
            None => self.recover()?,
        };
        Ok(self.database.insert(database))
    }

    fn recover(&mut self) -> Result<Database, Failure> {
        let database = self.folder.reopen()?;
        if catch_panic(|| table::state(&database), panicked)? != self.state {
            let catalog = self.catalog.read().unwrap_or_else(PoisonError::into_inner);
            let documents: Vec<_> = self
                .uncertain
                .iter()
                .map(|(collection, id)| (*collection, id, catalog.get(*collection, id)))
                .collect();
            drop(catalog);
            let rows = documents.iter().map(|(collection, id, document)| TableRow {
                collection: *collection,
                id,
                content: document.as_ref().map(|found| (found.version.sequence, &*found.document)),
            });
            let mut state = self.state.clone();
            state.sequence = self.sequence;
            catch_panic(|| table::commit(&database, rows, &state), panicked)?;
            self.state = state;
        }
        self.uncertain.clear();
        Ok(database)
    }

    fn close(&mut self) {
        if let Some(database) = self.database.take() {
            // Acknowledged changes are durable without it; after a failure it may fail too.
            let closed = catch_panic(|| Ok::<_, Failure>(database.close()?), panicked);
            if let Err(failure) = closed {
                tracing::debug!(
                    folder = self.folder.name(),
                    ?failure,
                    "the database was not closed in order"
                );
            }
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the form that `catch_panic` takes")]
fn panicked(text: String) -> Failure {
    Failure::Other(format!("redb gave up: {text}").into())
}
