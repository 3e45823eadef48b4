//! The store: every method of the contract, each a step of reading or writing.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::task::spawn_blocking;
use tributary_domain::{ConnectorQuery, Id, SyncJobQuery};
use tributary_storage::{
    Collection, OpenError, Operation, Page, Store, StoreError, Stored, Version, Versioned,
};

use crate::connection::Lent;
use crate::failure::Failure;
use crate::read::{self, Conditions, PORTION};
use crate::{file, write};

/// A store in an SQLite file. One connection writes; another reads meanwhile.
pub struct SqliteStore {
    writer: Lent,
    reader: Lent,
}

/// Says what it is, not what it holds.
impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a file, or makes it; calls wait for others that use it for as long as the timeout says.
    pub async fn open(file: &Path, busy_timeout: Duration) -> Result<Self, OpenError> {
        let file = file.to_owned();
        let opened = spawn_blocking(move || {
            let open = || Ok(Lent::new(file::open(&file, busy_timeout)?, busy_timeout));
            Ok(Self { writer: open()?, reader: open()? })
        });
        opened.await.map_err(|error| OpenError::Backend(error.into()))?
    }

    /// Makes changes, all or none. The transaction is immediate: between a look at what is
    /// there and the change that follows from it nobody else can write, also no other process.
    async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let change = move |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        self.writer.run(change).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(&self, collection: Collection, ids: &[Id]) -> Result<Vec<Option<Versioned>>, StoreError> {
        let ids = ids.to_vec();
        let get_all = move |connection: &mut Connection| {
            ids.iter().map(|id| read::get(connection, collection, id)).collect()
        };
        Ok(self.reader.run(get_all).await?)
    }

    async fn write(
        &self,
        collection: Collection,
        operations: Vec<Operation>,
    ) -> Vec<Result<Version, StoreError>> {
        let number = operations.len();
        let write_all = move |transaction: &Transaction<'_>| {
            operations.iter().map(|operation| write::write(transaction, collection, operation)).collect()
        };
        match self.transact(write_all).await {
            Ok(answers) => answers,
            Err(failure) => (0..number).map(|_| Err(failure.to_store_error())).collect(),
        }
    }

    async fn list_sync_jobs(&self, query: &SyncJobQuery) -> Result<Page, StoreError> {
        let (conditions, from, size) = (Conditions::of_sync_jobs(query), query.from, query.size);
        Ok(self.reader.run(move |connection| read::list(connection, &conditions, from, size)).await?)
    }

    async fn list_connectors(&self, query: &ConnectorQuery) -> Result<Page, StoreError> {
        let (conditions, from, size) = (Conditions::of_connectors(query), query.from, query.size);
        Ok(self.reader.run(move |connection| read::list(connection, &conditions, from, size)).await?)
    }

    fn scan(&self, collection: Collection) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        // Each portion is a call of its own, from the id on at which the one before ended.
        Box::pin(stream::try_unfold(Some(String::new()), move |after| async move {
            let Some(after) = after else { return Ok(None) };
            let work = move |connection: &mut _| read::portion(connection, collection, &after);
            let documents = self.reader.run(work).await?;
            let is_last = documents.len() < PORTION;
            let next = documents.last().filter(|_| !is_last).map(|last| last.id.to_string());
            Ok(Some((documents, next)))
        }))
    }

    async fn check(&self) -> Result<(), StoreError> {
        let look = "SELECT sequence FROM latest_change";
        Ok(self.reader.run(|connection| connection.query_row(look, (), |_| Ok(()))).await?)
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.reader.close().await?;
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
        let store = SqliteStore::open(&file, Duration::from_secs(5)).await.unwrap();
        let limit =
            |pages: i64| store.writer.run(move |writer| writer.pragma_update(None, "max_page_count", pages));
        let jobs = Collection::SyncJobs;
        let id = |text: &str| Id::parse("id", text).unwrap();
        let large = Document::parse(&format!(r#"{{"x":"{}"}}"#, "x".repeat(100_000))).unwrap();
        store.create(jobs, &id("before"), large.clone()).await.unwrap();

        limit(1).await.unwrap();
        let refused = store.create(jobs, &id("after"), large.clone()).await;
        assert!(matches!(refused, Err(StoreError::Blocked(_))), "{refused:?}");
        assert_eq!(store.list_sync_jobs(&SyncJobQuery::default()).await.unwrap().count, 1);

        limit(1_000_000).await.unwrap();
        store.create(jobs, &id("after"), large).await.unwrap();
    }
}
