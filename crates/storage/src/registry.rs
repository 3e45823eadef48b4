//! From a URL to a store: the seam at which backends are plugged in.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{OpenError, Store};

/// A kind of store that can be opened by a URL.
#[async_trait]
pub trait Backend: Send + Sync {
    /// What stands before the first colon of its URLs, such as `memory`.
    fn scheme(&self) -> &'static str;

    /// One line for people who choose: the form of its URLs and what it is for.
    fn description(&self) -> &'static str;

    /// Opens the store at `location`, which is what follows the colon.
    async fn open(&self, location: &str) -> Result<Arc<dyn Store>, OpenError>;
}

/// The backends that can be opened, by their schemes.
#[derive(Default, Clone)]
pub struct Registry {
    backends: BTreeMap<&'static str, Arc<dyn Backend>>,
}

impl Registry {
    /// A registry without any backend.
    pub fn new() -> Self {
        Self::default()
    }

    /// The backends that this crate was built with.
    pub fn with_built_in() -> Self {
        #[allow(unused_mut, reason = "a build without any backend registers none")]
        let mut registry = Self::new();
        #[cfg(feature = "memory")]
        registry.register(crate::MemoryBackend);
        #[cfg(feature = "embedded")]
        registry.register(crate::EmbeddedBackend);
        registry
    }

    /// Adds a backend, in place of one with the same scheme.
    pub fn register(&mut self, backend: impl Backend + 'static) -> &mut Self {
        self.backends.insert(backend.scheme(), Arc::new(backend));
        self
    }

    /// Opens the store that a URL names: `SCHEME:LOCATION`.
    pub async fn open(&self, url: &str) -> Result<Arc<dyn Store>, OpenError> {
        let (scheme, location) = url.split_once(':').unwrap_or((url, ""));
        let backend = self.backends.get(scheme).ok_or_else(|| OpenError::UnknownScheme {
            scheme: scheme.to_owned(),
            known: self.backends.keys().map(|known| format!("[{known}:]")).collect::<Vec<_>>().join(", "),
        })?;
        backend.open(location).await
    }

    /// The backends in the order of their schemes.
    pub fn backends(&self) -> impl Iterator<Item = &dyn Backend> {
        self.backends.values().map(AsRef::as_ref)
    }
}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Aliased;

    #[async_trait]
    impl Backend for Aliased {
        fn scheme(&self) -> &'static str {
            "aliased"
        }
        fn description(&self) -> &'static str {
            "aliased: a store of somebody else"
        }
        async fn open(&self, _location: &str) -> Result<Arc<dyn Store>, OpenError> {
            Ok(Arc::new(crate::MemoryStore::default()))
        }
    }

    #[tokio::test]
    async fn opens_what_is_registered_and_names_what_is_known() {
        let mut registry = Registry::with_built_in();
        let reason = registry.open("aliased:x").await.unwrap_err().to_string();
        assert_eq!(reason, "no store has the scheme [aliased]; known are: [embedded:], [memory:]");
        registry.register(Aliased);
        assert!(registry.open("aliased:x").await.is_ok());
        assert!(registry.open("memory:").await.is_ok());
        assert!(registry.open("memory:somewhere").await.is_err());
        assert!(registry.open("embedded:").await.is_err());
    }
}
