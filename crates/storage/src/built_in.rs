//! The registry of the built-in backends.

use crate::Registry;

impl Registry {
    /// A registry with the backends that are compiled into this crate.
    pub fn with_built_in() -> Self {
        #[allow(unused_mut, reason = "a build without any backend registers none")]
        let mut registry = Self::new();
        #[cfg(feature = "memory")]
        registry.register(crate::MemoryBackend);
        #[cfg(feature = "embedded")]
        registry.register(crate::EmbeddedBackend);
        #[cfg(feature = "search")]
        registry.register(crate::SearchBackend::OPEN_SEARCH).register(crate::SearchBackend::ELASTICSEARCH);
        registry
    }
}
