//! Opens the stores of a command.

use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "embedded")]
use tributary_storage::EmbeddedBackend;
use tributary_storage::{OpenError, Registry, Store};

use super::Failure;
use super::progress::Display;
use crate::backend_settings::{self, Tables};
use crate::error::StartError;

/// An open store, with its URL for messages.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) url: String,
    pub(super) store: Arc<dyn Store>,
}

/// The role of a store in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
    Only,
}

impl Side {
    const fn option(self) -> &'static str {
        match self {
            Self::From => "--from",
            Self::To => "--to",
            Self::Only => "--store",
        }
    }
}

/// Opens stores: the backends, with their tables from the settings file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stores<'a> {
    registry: &'a Registry,
    tables: &'a Tables,
}

impl<'a> Stores<'a> {
    /// Uses the registered backends; `tables` has their settings that the environment does not set.
    pub(crate) fn new(registry: &'a Registry, tables: &'a Tables) -> Self {
        Self { registry, tables }
    }

    /// Opens the store to read from, which must exist.
    pub(super) async fn source(self, url: &str, display: &Display) -> Result<Named, Failure> {
        self.open_present(Side::From, url, display).await
    }

    /// Opens the only store of a command, which must exist.
    pub(super) async fn only(self, url: &str, display: &Display) -> Result<Named, Failure> {
        self.open_present(Side::Only, url, display).await
    }

    /// Opens the only store of a command, and creates it if possible.
    pub(super) async fn only_or_new(self, url: &str, display: &Display) -> Result<Named, Failure> {
        self.open(Side::Only, url, display).await
    }

    async fn open_present(self, side: Side, url: &str, display: &Display) -> Result<Named, Failure> {
        let opening = |source: OpenError| Failure::opening(side.option(), source.into());
        if let Some(folder) = folder(url).transpose().map_err(opening)?
            && !folder.read_dir().is_ok_and(|mut entries| entries.next().is_some())
        {
            // Opening it would create an empty store.
            let folder = folder.display().to_string();
            return Err(Failure::NoSuchStore { option: side.option(), folder });
        }
        self.open(side, url, display).await
    }

    /// Opens the store to write to, and creates it if possible.
    pub(super) async fn target(self, url: &str, display: &Display) -> Result<Named, Failure> {
        self.open(Side::To, url, display).await
    }

    async fn open(self, side: Side, url: &str, display: &Display) -> Result<Named, Failure> {
        let option = side.option();
        if url == "memory" || url == "memory:" {
            return Err(Failure::InMemory { option });
        }
        display.opening(url);
        let store = backend_settings::open(self.registry, url, self.tables).await;
        let store = store.map_err(|source: StartError| {
            display.clear();
            Failure::opening(option, source)
        })?;
        Ok(Named { url: url.to_owned(), store })
    }
}

/// Rejects a copy of a store onto itself.
pub(super) fn check_not_the_same(from: &str, to: &str) -> Result<(), Failure> {
    let place = |url| folder(url)?.ok()?.canonicalize().ok();
    let same_folder = || Some(place(from)? == place(to)?);
    if from.trim_end_matches('/') == to.trim_end_matches('/') || same_folder().unwrap_or(false) {
        return Err(Failure::SameStore { url: from.to_owned() });
    }
    Ok(())
}

/// The directory of a local store.
#[cfg(feature = "embedded")]
fn folder(url: &str) -> Option<Result<PathBuf, OpenError>> {
    url.strip_prefix("embedded:").map(EmbeddedBackend::folder)
}

#[cfg(not(feature = "embedded"))]
fn folder(_: &str) -> Option<Result<PathBuf, OpenError>> {
    None
}
