//! Backends, and the registry that opens stores by URL.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tributary_domain::{Collection, similar_name};

use crate::{OpenError, Store};

/// A setting of a backend, beside the location in its URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackendSetting {
    /// Its name, such as `password`: words in lower case with `_` between them.
    pub name: &'static str,
    /// A description in one line.
    pub description: &'static str,
    /// The default value, if there is one.
    pub default: Option<&'static str>,
}

/// The values of a backend's settings by name, and the collections that the store is opened over.
///
/// Some values are secrets: they are never shown, neither in `Debug` output nor in an error.
#[derive(Clone, PartialEq, Eq)]
pub struct BackendSettings {
    values: BTreeMap<String, String>,
    collections: Vec<Collection>,
}

/// The default of every setting, over [all collections](Collection::ALL).
impl Default for BackendSettings {
    fn default() -> Self {
        Self { values: BTreeMap::new(), collections: Collection::ALL.to_vec() }
    }
}

/// Shows the names of the settings, not their values.
impl fmt::Debug for BackendSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.values.keys()).finish()
    }
}

impl BackendSettings {
    /// The value of a setting, or its default.
    pub fn get(&self, setting: &BackendSetting) -> Option<&str> {
        self.values.get(setting.name).map(String::as_str).or(setting.default)
    }

    /// Adds or replaces a value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// The same settings for a store over other collections.
    #[must_use]
    pub fn over(self, collections: &[Collection]) -> Self {
        Self { collections: collections.to_vec(), ..self }
    }

    /// The collections that the store is opened over. Documents of other collections, stored by an earlier or a later
    /// version, are left unchanged.
    #[must_use]
    pub fn collections(&self) -> &[Collection] {
        &self.collections
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// A kind of store that can be opened by a URL.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The scheme of its URLs, such as `memory`.
    fn scheme(&self) -> &'static str;

    /// A line for the help text: the form of its URLs and its purpose.
    fn description(&self) -> &'static str;

    /// Its settings.
    fn settings(&self) -> &'static [BackendSetting];

    /// Opens the store at `location`, the part of the URL after the colon. `settings` has only values for settings in
    /// [`settings`](Self::settings), and an empty value only where the default is empty.
    async fn open(&self, location: &str, settings: &BackendSettings) -> Result<Arc<dyn Store>, OpenError>;
}

/// The known backends by scheme.
#[derive(Default, Clone)]
pub struct Registry {
    backends: BTreeMap<&'static str, Arc<dyn Backend>>,
}

/// Shows the schemes.
impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.backends.keys()).finish()
    }
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a backend; replaces one with the same scheme.
    pub fn register(&mut self, backend: impl Backend + 'static) -> &mut Self {
        self.backends.insert(backend.scheme(), Arc::new(backend));
        self
    }

    /// Opens the store at a URL, `SCHEME:LOCATION`, with the default settings of its backend.
    pub async fn open(&self, url: &str) -> Result<Arc<dyn Store>, OpenError> {
        self.open_with(url, &BackendSettings::default()).await
    }

    /// Opens the store at a URL, `SCHEME:LOCATION`, with these settings.
    pub async fn open_with(
        &self,
        url: &str,
        settings: &BackendSettings,
    ) -> Result<Arc<dyn Store>, OpenError> {
        let (scheme, location) = url.split_once(':').unwrap_or((url, ""));
        let backend = self.backend(scheme)?;
        let known = backend.settings();
        if let Some(unknown) = settings.names().find(|name| known.iter().all(|known| known.name != *name)) {
            return Err(OpenError::UnknownSetting {
                scheme: scheme.to_owned(),
                name: unknown.to_owned(),
                known: listed(known.iter().map(|known| known.name.to_owned())),
            });
        }
        for setting in known {
            // An empty value is likely a mistake, unless it is the default.
            if settings.get(setting) == Some("") && setting.default != Some("") {
                return Err(OpenError::InvalidSetting {
                    scheme: scheme.to_owned(),
                    name: setting.name.to_owned(),
                    reason: "it must not be empty; give it a value, or leave it out".to_owned(),
                });
            }
        }
        backend.open(location, settings).await
    }

    /// The backend with this scheme.
    pub fn backend(&self, scheme: &str) -> Result<&dyn Backend, OpenError> {
        let backend = self.backends.get(scheme).map(AsRef::as_ref);
        backend.ok_or_else(|| OpenError::UnknownScheme {
            scheme: scheme.to_owned(),
            hint: self.hint(scheme),
            known: listed(self.backends.keys().map(|known| format!("{known}:"))),
        })
    }

    /// A suggestion for an unknown scheme.
    fn hint(&self, scheme: &str) -> String {
        let lower = scheme.to_lowercase();
        if matches!(lower.as_str(), "http" | "https") {
            return "the address of a server follows the scheme of its store, as in opensearch:http://127.0.0.1:9200; "
                .to_owned();
        }
        if scheme.contains(['/', '~', '.']) {
            return "a folder follows its scheme, as in embedded:./data; ".to_owned();
        }
        let similar = similar_name(&lower, self.backends.keys().copied());
        similar.map_or_else(String::new, |known| format!("did you mean [{known}:]? "))
    }

    /// All backends, ordered by scheme.
    pub fn backends(&self) -> impl Iterator<Item = &dyn Backend> {
        self.backends.values().map(AsRef::as_ref)
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| format!("[{name}]")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    use super::*;

    const COLOUR: BackendSetting =
        BackendSetting { name: "colour", description: "A setting of somebody else.", default: Some("red") };

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
        fn settings(&self) -> &'static [BackendSetting] {
            &[COLOUR]
        }
        async fn open(&self, _: &str, settings: &BackendSettings) -> Result<Arc<dyn Store>, OpenError> {
            assert!(matches!(settings.get(&COLOUR), Some("red" | "blue")));
            Ok(Arc::new(crate::MemoryStore::default()))
        }
    }

    #[tokio::test]
    async fn opens_what_is_registered_and_names_what_is_known() {
        let mut registry = Registry::new();
        registry.register(crate::MemoryBackend).register(crate::EmbeddedBackend);
        let reason = registry.open("aliased:x").await.unwrap_err().to_string();
        assert_eq!(reason, "no store has the scheme [aliased]; known are: [embedded:], [memory:]");
        for (url, hint) in [
            ("embeded:x", "did you mean [embedded:]?"),
            ("MEMORY:", "did you mean [memory:]?"),
            ("http://127.0.0.1:9200", "as in opensearch:http://127.0.0.1:9200;"),
            ("./data", "as in embedded:./data;"),
        ] {
            let reason = registry.open(url).await.unwrap_err().to_string();
            assert!(reason.contains(hint), "{url}: {reason}");
        }
        registry.register(Aliased);
        assert!(registry.open("aliased:x").await.is_ok());
        assert!(registry.open("memory:").await.is_ok());
        assert!(registry.open("memory:somewhere").await.is_err());
        assert!(registry.open("embedded:").await.is_err());

        let blue = BackendSettings::default().with("colour", "blue");
        assert!(registry.open_with("aliased:x", &blue).await.is_ok());
        assert!(!format!("{blue:?}").contains("blue"), "values may be secrets");
        let reason = registry.open_with("memory:", &blue).await.unwrap_err().to_string();
        assert_eq!(reason, "the store [memory:] has no setting [colour]; it has: none");
        let empty = BackendSettings::default().with("colour", "");
        let reason = registry.open_with("aliased:x", &empty).await.unwrap_err().to_string();
        assert!(reason.contains("[colour]") && reason.contains("must not be empty"), "{reason}");
        let unknown = blue.with("size", "5");
        let reason = registry.open_with("aliased:x", &unknown).await.unwrap_err().to_string();
        assert_eq!(reason, "the store [aliased:] has no setting [size]; it has: [colour]");
    }
}
