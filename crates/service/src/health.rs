//! Readiness.

use tributary_storage::Store;

use crate::{Context, Result};

/// Checks that the store is available: `_health/ready`. If not, returns the error that requests would fail with.
pub async fn ready(store: &dyn Store, context: &Context) -> Result<()> {
    Ok(store.check(context.deadline()).await?)
}

#[cfg(test)]
mod tests {
    use tributary_storage::{MemoryStore, StoreError};

    use super::*;
    use crate::ServiceError;
    use crate::test_support::context;

    #[tokio::test]
    async fn a_store_that_is_closed_is_not_ready() {
        let store = MemoryStore::default();
        ready(&store, &context()).await.unwrap();
        store.close().await.unwrap();
        let closed = ready(&store, &context()).await;
        assert!(matches!(closed, Err(ServiceError::Store(StoreError::Unavailable(_)))), "{closed:?}");
    }
}
