//! A mock store, for failures that cannot be provoked in a real one.
#![allow(missing_docs, reason = "generated")]

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use mockall::mock;
use tributary_domain::{Collection, Id, Query};

use crate::{
    Changes, Counts, Deadline, Numbers, Operation, Page, Position, Store, StoreError, Stored, Version,
    Versioned,
};

mock! {
    #[derive(Debug)]
    pub Store {}

    #[async_trait]
    impl Store for Store {
        async fn read(&self, collection: Collection, ids: &[Id], deadline: Deadline)
            -> Result<Vec<Option<Versioned>>, StoreError>;
        async fn write(&self, collection: Collection, operations: Vec<Operation>, deadline: Deadline)
            -> Vec<Result<Version, StoreError>>;
        async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError>;
        async fn count(&self, query: &Query, by: &[&'static str], deadline: Deadline)
            -> Result<Counts, StoreError>;
        fn numbers(&self, query: &Query, fields: &[&'static str], deadline: Deadline)
            -> BoxStream<'static, Result<Numbers, StoreError>>;
        fn scan(&self, collection: Collection, deadline: Deadline)
            -> BoxStream<'static, Result<Vec<Stored>, StoreError>>;
        async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError>;
        async fn check(&self, deadline: Deadline) -> Result<(), StoreError>;
        async fn close(&self) -> Result<(), StoreError>;
    }
}
