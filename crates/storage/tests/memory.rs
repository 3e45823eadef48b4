//! The memory store fulfils the contract.
#![allow(missing_docs, reason = "a test")]

use std::sync::Arc;

use tributary_domain::Collection;
use tributary_storage::{MemoryStore, Store, conformance};

async fn open(collections: &'static [Collection]) -> Arc<dyn Store> {
    Arc::new(MemoryStore::over(collections))
}

#[tokio::test]
async fn keeps_every_promise() {
    conformance::check_promises(open).await;
}

#[test]
fn agrees_with_the_model() {
    conformance::check_generated_cases(512, open);
}
