//! The backends of this crate, registered.

use crate::Registry;

impl Registry {
    /// The backends that this crate was built with.
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
