//! The search engines keep the contract.
#![allow(missing_docs, reason = "a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tributary_storage::conformance::{self, Allowances};
use tributary_storage::{BackendSettings, Registry, Store};

async fn fresh() -> Arc<dyn Store> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("T_URL").unwrap();
    let settings = BackendSettings::default()
        .with("index_prefix", format!("t{}-{}-", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    let settings = if url.starts_with("e") && url.contains("3") {
        settings.with("user", "elastic").with("password", "secret-password")
    } else {
        settings
    };
    Registry::with_built_in().open_with(&url, &settings).await.unwrap()
}

#[tokio::test]
async fn keeps_every_promise() {
    conformance::check_promises_with(Allowances { rejects_odd_documents: true }, fresh).await;
}

#[test]
fn agrees_with_the_model() {
    conformance::check_generated_cases(12, fresh);
}
