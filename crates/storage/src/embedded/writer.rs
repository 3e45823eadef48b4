//! The one thread that writes: it makes whatever waits durable in one transaction.

use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, PoisonError, RwLock};

use redb::Database;
use tokio::sync::oneshot;

use super::catch_panic::catch_panic;
use super::failure::Failure;
use super::folder::{Folder, Opened};
use super::mark::Mark;
use super::table::{self, Row, State};
use crate::memory::{Catalog, Change, Operation, Record, Terms};
use crate::{Collection, StoreError, Version};

/// The most that one transaction makes durable; a single larger document goes alone.
const BATCH_OPERATIONS: usize = 8_192;
const BATCH_BYTES: usize = 8 << 20;

type Answer = oneshot::Sender<Result<Version, StoreError>>;

/// An operation with whom to tell what became of it.
pub(super) struct Request {
    pub(super) operation: Operation,
    pub(super) answer: Answer,
}

/// A change that passed its check, on its way to the disk.
struct Accepted {
    change: Change,
    sequence: u64,
    answer: Answer,
}

/// What a transaction touches: each of it once, since the catalog knows only what is written already.
#[derive(Default)]
struct Taken {
    ids: HashSet<(Collection, String)>,
    /// Whether a connector may have its index name depends on all other connectors.
    index_names: HashSet<String>,
}

impl Taken {
    /// Takes what a change touches. If any of it is taken, the change has to wait, and so has what
    /// comes after it for the same document.
    fn take(&mut self, change: &Change) -> bool {
        let name = match &change.record {
            Some(Record { terms: Terms::Connector(connector), .. }) => connector.held_index_name(),
            _ => None,
        };
        let is_free = self.ids.insert((change.collection, change.id.clone()));
        name.is_none_or(|name| self.index_names.insert(name)) && is_free
    }
}

/// Who writes, with everything that takes.
pub(super) struct Writer {
    catalog: Arc<RwLock<Catalog>>,
    /// `None` after a failure, until it is needed again.
    database: Option<Database>,
    /// What is acknowledged and what readers see.
    state: State,
    /// The last number that was given to a change, also to one that failed.
    sequence: u64,
    mark: Mark,
    /// What a failed transaction wrote, if it did: it may have reached the disk all the same.
    uncertain: Vec<(Collection, String)>,
    // Dropped last: the lock is free only when the database is closed.
    folder: Folder,
}

impl Writer {
    /// The writer of an open store, and what is read from it.
    pub(super) fn new(folder: Folder, opened: Opened) -> (Self, Arc<RwLock<Catalog>>) {
        let Opened { database, catalog, state, mark } = opened;
        let catalog = Arc::new(RwLock::new(catalog));
        let writer = Self {
            catalog: Arc::clone(&catalog),
            database: Some(database),
            state,
            sequence: state.sequence,
            mark,
            uncertain: Vec::new(),
            folder,
        };
        (writer, catalog)
    }

    /// Writes what comes until nobody can send any more, then closes the database.
    pub(super) fn run(mut self, requests: &Receiver<Request>) {
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

    /// Takes what may be written together; what depends on it keeps waiting, in order.
    fn accept(&mut self, waiting: &mut VecDeque<Request>) -> Vec<Accepted> {
        let catalog = self.catalog.read().unwrap_or_else(PoisonError::into_inner);
        let mut accepted = Vec::with_capacity(waiting.len());
        let mut deferred = VecDeque::new();
        let mut taken = Taken::default();
        let mut bytes = 0;
        while let Some(request) = waiting.pop_front() {
            let size = request.operation.change.record.as_ref().map_or(0, |record| record.rendered.len());
            if bytes > 0 && bytes + size > BATCH_BYTES {
                waiting.push_front(request);
                break;
            }
            if !taken.take(&request.operation.change) {
                deferred.push_back(request);
                continue;
            }
            let Request { operation, answer } = request;
            if let Err(error) = catalog.check(&operation) {
                // Whoever asked may have stopped waiting.
                let _ = answer.send(Err(error));
                continue;
            }
            bytes += size;
            self.sequence += 1;
            accepted.push(Accepted { change: operation.into_change(), sequence: self.sequence, answer });
        }
        deferred.append(waiting);
        *waiting = deferred;
        accepted
    }

    /// Makes changes durable, then visible, then acknowledges them; or none of it.
    fn write(&mut self, batch: Vec<Accepted>) {
        if batch.is_empty() {
            return;
        }
        let mut state = self.state;
        state.sequence = self.sequence;
        self.count(&mut state, &batch);
        if let Err(failure) = self.commit(&batch, state) {
            tracing::warn!(folder = self.folder.name(), changes = batch.len(), ?failure, "changes failed");
            let folder = self.folder.name();
            for Accepted { answer, .. } in batch {
                let _ = answer.send(Err(failure.to_store_error(&folder)));
            }
            return;
        }
        self.state = state;
        if let Err(error) = self.mark.set(state.sequence) {
            // It only says less than it could.
            tracing::warn!(folder = self.folder.name(), %error, "the mark of the latest change is not written");
        }
        let mut answers = Vec::with_capacity(batch.len());
        {
            let mut catalog = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
            for Accepted { change, sequence, answer } in batch {
                catalog.apply(change, sequence);
                answers.push((answer, sequence));
            }
        }
        for (answer, sequence) in answers {
            let _ = answer.send(Ok(Version { sequence, term: 0 }));
        }
    }

    /// The numbers of documents after a batch.
    fn count(&self, state: &mut State, batch: &[Accepted]) {
        let catalog = self.catalog.read().unwrap_or_else(PoisonError::into_inner);
        for Accepted { change: Change { collection, id, record }, .. } in batch {
            let count = state.count_mut(*collection);
            match (record.is_some(), catalog.contains(*collection, id)) {
                (true, false) => *count += 1,
                (false, true) => *count -= 1,
                (true, true) | (false, false) => {}
            }
        }
    }

    fn commit(&mut self, batch: &[Accepted], state: State) -> Result<(), Failure> {
        let database = self.whole_database()?;
        let rows = batch.iter().map(|Accepted { change, sequence, .. }| Row {
            collection: change.collection,
            id: &change.id,
            content: change.record.as_ref().map(|record| (*sequence, &*record.rendered)),
        });
        let result = catch_panic(|| table::commit(database, rows, state), panicked);
        // What is durable in a file without a name would be gone with the process.
        let result = result.and_then(|()| self.folder.check_in_place());
        if result.is_err() {
            self.uncertain.extend(batch.iter().map(|one| (one.change.collection, one.change.id.clone())));
            self.close();
        }
        result
    }

    /// The database in the state that readers see: after a failure it is opened again, and what the
    /// failed transaction left is taken back.
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
                .map(|(collection, id)| (*collection, id, catalog.get(*collection, id).ok()))
                .collect();
            drop(catalog);
            let rows = documents.iter().map(|(collection, id, document)| Row {
                collection: *collection,
                id,
                content: document.as_ref().map(|found| (found.version.sequence, &*found.document)),
            });
            let state = State { sequence: self.sequence, ..self.state };
            catch_panic(|| table::commit(&database, rows, state), panicked)?;
            self.state = state;
        }
        self.uncertain.clear();
        Ok(database)
    }

    fn close(&mut self) {
        if let Some(database) = self.database.take() {
            // All that was acknowledged is durable without it; after a failure it fails as well.
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
