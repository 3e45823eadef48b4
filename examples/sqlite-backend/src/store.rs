//! The store: every method of the contract, each a step of reading or writing.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tributary_domain::{Collection, Id, Query, check_groups, check_numbers};
use tributary_storage::{
    Changes, Counts, Deadline, Numbers, OpenError, Operation, Page, Position, Store, StoreError, Stored,
    Version, Versioned,
};

use crate::connection::Lent;
use crate::derived::check_schema;
use crate::documents::{self, PORTION};
use crate::failure::Failure;
use crate::{changes, file, read, write};

/// How often those who wait for changes look for what other processes wrote.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// A store in an SQLite file. One connection writes; another reads meanwhile.
pub struct SqliteStore {
    collections: Arc<[Collection]>,
    writer: Lent,
    reader: Lent,
    /// Wakes those who wait for changes.
    written: Arc<watch::Sender<()>>,
}

/// Says what it is, not what it holds.
impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a file, or makes it, for documents of these collections; calls wait for others that use it for as long as
    /// the timeout says.
    pub async fn open(
        file: &Path,
        collections: &[Collection],
        busy_timeout: Duration,
    ) -> Result<Self, OpenError> {
        let (file, collections): (_, Arc<[Collection]>) = (file.to_owned(), collections.into());
        let opened = spawn_blocking(move || {
            let open = || Ok(Lent::new(file::open(&file, &collections, busy_timeout)?, busy_timeout));
            let (writer, reader) = (open()?, open()?);
            Ok(Self { collections, writer, reader, written: Arc::default() })
        });
        opened.await.map_err(|error| OpenError::Backend(error.into()))?
    }

    fn check_known(&self, collection: Collection) -> Result<(), Failure> {
        let is_known = self.collections.contains(&collection);
        is_known.then_some(()).ok_or(Failure::UnknownCollection(collection))
    }

    /// Makes changes, all or none. The transaction is immediate: between a look at what is
    /// there and the change that follows from it nobody else can write, also no other process.
    async fn transact<T: Send + 'static>(
        &self,
        collection: Collection,
        deadline: Deadline,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        self.check_known(collection)?;
        let written = Arc::clone(&self.written);
        let change = move |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            check_schema(&transaction, collection)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            written.send_replace(());
            Ok(answer)
        };
        self.writer.run(deadline, change).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.check_known(collection)?;
        let ids = ids.to_vec();
        let get_all = move |connection: &mut Connection| {
            let found = ids.iter().map(|id| documents::get(connection, collection, id));
            Ok(found.collect::<rusqlite::Result<_>>()?)
        };
        Ok(self.reader.run(deadline, get_all).await?)
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let number = operations.len();
        let write_all = move |transaction: &Transaction<'_>| {
            operations.iter().map(|operation| write::write(transaction, collection, operation)).collect()
        };
        match self.transact(collection, deadline, write_all).await {
            Ok(answers) => answers,
            Err(failure) => (0..number).map(|_| Err(failure.to_store_error())).collect(),
        }
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        query.check().map_err(Failure::Query)?;
        self.check_known(query.collection)?;
        let query = query.clone();
        Ok(self.reader.run(deadline, move |connection| read::list(connection, &query)).await?)
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        query.check().and_then(|()| check_groups(query.collection, by)).map_err(Failure::Query)?;
        self.check_known(query.collection)?;
        let (query, by) = (query.clone(), by.to_vec());
        Ok(self.reader.run(deadline, move |connection| read::count(connection, &query, &by)).await?)
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        let (query, fields) = (query.clone(), fields.to_vec());
        Box::pin(stream::try_unfold(Some(String::new()), move |after| {
            let (query, fields) = (query.clone(), fields.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let checked = query.check().and_then(|()| check_numbers(query.collection, &fields));
                checked.map_err(Failure::Query)?;
                self.check_known(query.collection)?;
                let work = move |connection: &mut _| read::numbers(connection, &query, &fields, after);
                Ok(Some(self.reader.run(deadline, work).await?))
            }
        }))
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        // Each portion is a call of its own, from the id on at which the one before ended.
        Box::pin(stream::try_unfold(Some(String::new()), move |after| async move {
            let Some(after) = after else { return Ok(None) };
            self.check_known(collection)?;
            let work = move |connection: &mut _| Ok(documents::portion(connection, collection, &after)?);
            let documents = self.reader.run(deadline, work).await?;
            let is_last = documents.len() < PORTION;
            let next = documents.last().filter(|_| !is_last).map(|last| last.id.to_string());
            Ok(Some((documents, next)))
        }))
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        let mut written = self.written.subscribe();
        loop {
            let (collections, position) = (Arc::clone(&self.collections), since.clone());
            let look = move |connection: &mut _| changes::since(connection, &collections, position.as_ref());
            // A look has the time of the store: there is an answer at the deadline, too.
            let changes = self.reader.run(Deadline::NONE, look).await?;
            let is_over = deadline.end().is_some_and(|end| end <= Instant::now());
            if since.is_none() || !changes.changed.is_empty() || !changes.is_complete || is_over {
                return Ok(changes);
            }
            let next_look = Instant::now() + LOOK_INTERVAL;
            let next_look = deadline.end().map_or(next_look, |end| end.min(next_look));
            // Whether somebody wrote here or it is time to see what others wrote, the next look tells.
            let _ = tokio::time::timeout_at(next_look.into(), written.changed()).await;
        }
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        let collections = Arc::clone(&self.collections);
        let look = move |connection: &mut Connection| {
            collections.iter().try_for_each(|collection| check_schema(connection, *collection))
        };
        Ok(self.reader.run(deadline, look).await?)
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.reader.close().await?;
        self.written.send_replace(());
        Ok(self.writer.close().await?)
    }
}

#[cfg(test)]
mod tests {
    use tributary_domain::Document;
    use tributary_storage::StoreExt as _;

    use super::*;

    #[tokio::test]
    async fn a_full_disk_blocks_changes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("full.sqlite");
        let store = SqliteStore::open(&file, &Collection::ALL, Duration::from_secs(5)).await.unwrap();
        let limit = |pages: i64| {
            store
                .writer
                .run(Deadline::NONE, move |writer| Ok(writer.pragma_update(None, "max_page_count", pages)?))
        };
        let jobs = Collection::SYNC_JOBS;
        let id = |text: &str| Id::parse("id", text).unwrap();
        let large = Document::parse(&format!(r#"{{"x":"{}"}}"#, "x".repeat(100_000))).unwrap();
        store.create(jobs, &id("before"), large.clone()).await.unwrap();

        limit(1).await.unwrap();
        let refused = store.create(jobs, &id("after"), large.clone()).await;
        assert!(matches!(refused, Err(StoreError::Blocked(_))), "{refused:?}");
        assert_eq!(store.list(&Query::of(jobs), Deadline::NONE).await.unwrap().count, 1);

        limit(1_000_000).await.unwrap();
        store.create(jobs, &id("after"), large).await.unwrap();
    }
}
