//! The embedded store: a redb database in a local folder.
//!
//! Reads are served from memory. A writer thread commits changes, many in one transaction, and makes them visible to
//! readers afterwards.

mod catch_panic;
mod failure;
mod folder;
mod load;
mod mark;
mod overlay_file;
mod queue;
mod table;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};

use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use tokio::sync::oneshot;
use tributary_domain::{Collection, Id, Query};

use crate::memory::{Catalog, GuardedChange, changes, numbers, walk};
use crate::{
    Backend, BackendSetting, BackendSettings, Changes, Counts, Deadline, Numbers, OpenError, Operation, Page,
    Position, Store, StoreError, Stored, Version, Versioned, expand_home,
};
pub use catch_panic::is_catching_panics;
use folder::Folder;
use queue::WriteQueue;
use writer::{ResultSender, WriteRequest, Writer};

/// Opens [`EmbeddedStore`]s under `embedded:DIR`.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedBackend;

#[async_trait]
impl Backend for EmbeddedBackend {
    fn scheme(&self) -> &'static str {
        "embedded"
    }

    fn description(&self) -> &'static str {
        "embedded:DIR keeps everything in a folder of this machine, for one process at a time"
    }

    fn settings(&self) -> &'static [BackendSetting] {
        &[]
    }

    async fn open(&self, location: &str, settings: &BackendSettings) -> Result<Arc<dyn Store>, OpenError> {
        if location.is_empty() {
            let reason = "a folder has to follow the colon, as in embedded:/var/lib/tributary".to_owned();
            return Err(OpenError::InvalidLocation { url: "embedded:".to_owned(), reason });
        }
        Ok(Arc::new(EmbeddedStore::open_over(Self::folder(location)?, settings.collections()).await?))
    }
}

impl EmbeddedBackend {
    /// The folder of a location, with a leading `~` expanded.
    pub fn folder(location: &str) -> Result<PathBuf, OpenError> {
        if location.contains("://") {
            // The location may contain a password.
            let url = "embedded:…".to_owned();
            let reason =
                "a folder has to follow the colon, as in embedded:/var/lib/tributary, not an address"
                    .to_owned();
            return Err(OpenError::InvalidLocation { url, reason });
        }
        expand_home(location)
            .map_err(|reason| OpenError::InvalidLocation { url: format!("embedded:{location}"), reason })
    }
}

/// A store in a folder. Acknowledged changes survive crashes of the process and power failures.
pub struct EmbeddedStore {
    path: PathBuf,
    catalog: Arc<RwLock<Catalog>>,
    /// `None` once the store is closed, which ends the writer thread.
    requests: RwLock<Option<Sender<WriteRequest>>>,
    queue: WriteQueue,
    closed: AtomicBool,
    thread: Mutex<Thread>,
}

/// The writer thread.
struct Thread {
    handle: Option<JoinHandle<()>>,
    ended: Option<oneshot::Receiver<()>>,
}

/// Shows the path, not the content.
impl fmt::Debug for EmbeddedStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EmbeddedStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the store in a folder, which is created if necessary. All documents are loaded and verified before this
    /// returns; a corrupt store is not opened and not modified.
    pub async fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_over(folder, &Collection::ALL).await
    }

    /// Like [`open`](Self::open), for these collections. Documents of others, stored by another version, stay unchanged.
    pub async fn open_over(folder: impl AsRef<Path>, collections: &[Collection]) -> Result<Self, OpenError> {
        let path = folder.as_ref().to_owned();
        let collections = collections.to_vec();
        let (opened, wait_for_opened) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let (requests, to_write) = channel();
        let name = path.clone();
        let work = move || {
            let writer = Folder::lock(&name, collections).and_then(|folder| {
                let opened = folder.open().map_err(|failure| failure.into_open_error(&folder.name()))?;
                Ok(Writer::new(folder, opened))
            });
            match writer {
                Ok((writer, catalog)) => {
                    // The caller is gone, so that no request will follow.
                    let _ = opened.send(Ok(catalog));
                    writer.run(&to_write);
                }
                Err(error) => drop(opened.send(Err(error))),
            }
            let _ = end.send(());
        };
        let handle = thread::Builder::new()
            .name("tributary-write".to_owned())
            .spawn(work)
            .map_err(|error| OpenError::Backend(error.into()))?;
        let catalog = wait_for_opened.await.map_err(|error| OpenError::Backend(error.into()))??;
        Ok(Self {
            path,
            catalog,
            requests: RwLock::new(Some(requests)),
            queue: WriteQueue::default(),
            closed: AtomicBool::new(false),
            thread: Mutex::new(Thread { handle: Some(handle), ended: Some(ended) }),
        })
    }

    fn catalog(&self) -> Result<RwLockReadGuard<'_, Catalog>, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        // A poisoned lock is ignored: the catalog is never left in an inconsistent state.
        Ok(self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn commit(&self, change: GuardedChange) -> Result<Version, StoreError> {
        let (sender, wait_for_answer) = oneshot::channel();
        let document = change.change.record.as_ref().map_or(0, |record| record.rendered.len());
        let place = self.queue.enter(document);
        let place = place.ok_or_else(|| StoreError::unavailable("too many changes wait to be written"))?;
        let answer = ResultSender { sender, place };
        {
            let requests = self.requests.read().unwrap_or_else(PoisonError::into_inner);
            let requests = requests.as_ref().ok_or_else(closed)?;
            requests.send(WriteRequest { change, answer }).map_err(|_| closed())?;
        }
        wait_for_answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Stops accepting requests; the writer thread ends after those in the queue.
    fn stop(&self) -> MutexGuard<'_, Thread> {
        self.closed.store(true, Ordering::Release);
        drop(self.requests.write().unwrap_or_else(PoisonError::into_inner).take());
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> StoreError {
    StoreError::unavailable("it is closed")
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        // Takes at most one transaction, and the folder is unlocked afterwards.
        let handle = self.stop().handle.take();
        if let Some(handle) = handle {
            let _ = handle.join();
        }
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        _: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.catalog()?.get_many(collection, ids)
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        _: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        // All are queued before the first is awaited, so that they share commits.
        join_all(operations.iter().map(|one| self.commit(GuardedChange::new(collection, one)))).await
    }

    async fn list(&self, query: &Query, _: Deadline) -> Result<Page, StoreError> {
        self.catalog()?.list(query)
    }

    async fn count(&self, query: &Query, by: &[&'static str], _: Deadline) -> Result<Counts, StoreError> {
        self.catalog()?.count(query, by)
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        _: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        numbers(|| self.catalog(), query, fields)
    }

    fn scan(&self, collection: Collection, _: Deadline) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        walk(move |place| self.catalog()?.portion(collection, place))
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        drop(self.catalog()?);
        changes(&self.catalog, since, deadline).await
    }

    async fn check(&self, _: Deadline) -> Result<(), StoreError> {
        self.catalog().map(drop)
    }

    async fn close(&self) -> Result<(), StoreError> {
        let ended = self.stop().ended.take();
        if let Some(ended) = ended {
            // An error means that the thread has ended, which is the goal.
            let _ = ended.await;
            *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Catalog::new(&[]);
        }
        Ok(())
    }
}
