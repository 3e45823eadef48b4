//! What a caller sees of the store.

use std::sync::Arc;

use tributary_service::access::{LimitedStore, Sight};
use tributary_storage::Store;

/// What a caller sees of the store at an endpoint.
pub(crate) struct View {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sight: Arc<Sight>,
    /// The same store, if something is hidden.
    pub(crate) limited: Option<Arc<LimitedStore>>,
}
