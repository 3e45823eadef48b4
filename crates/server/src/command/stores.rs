//! Opens the stores that a command names.

use std::path::Path;
use std::sync::Arc;

use tributary_storage::{BackendSettings, Registry, Store};

use super::Failure;
use super::progress::Display;

/// A store that is open, with the URL that names it in messages.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) url: String,
    pub(super) store: Arc<dyn Store>,
}

/// Which of the two stores of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

impl Side {
    const fn option(self) -> &'static str {
        match self {
            Self::From => "--from",
            Self::To => "--to",
        }
    }
}

/// Opens the store to read from, which has to be there.
pub(super) async fn source(url: &str, display: &Display) -> Result<Named, Failure> {
    if let Some(folder) = folder(url)
        && !folder.read_dir().is_ok_and(|mut entries| entries.next().is_some())
    {
        // Opening it would make an empty store there, and copy that.
        return Err(Failure::NoSuchStore { folder: folder.display().to_string() });
    }
    open(Side::From, url, display).await
}

/// Opens the store to write to, which is made where it can be.
pub(super) async fn target(url: &str, display: &Display) -> Result<Named, Failure> {
    open(Side::To, url, display).await
}

/// Refuses a copy of a store onto itself.
pub(super) fn check_not_the_same(from: &str, to: &str) -> Result<(), Failure> {
    let same_folder = || Some(folder(from)?.canonicalize().ok()? == folder(to)?.canonicalize().ok()?);
    if from.trim_end_matches('/') == to.trim_end_matches('/') || same_folder().unwrap_or(false) {
        return Err(Failure::SameStore { url: from.to_owned() });
    }
    Ok(())
}

async fn open(side: Side, url: &str, display: &Display) -> Result<Named, Failure> {
    let option = side.option();
    if url == "memory" || url == "memory:" {
        return Err(Failure::InMemory { option });
    }
    display.opening(url);
    let settings = settings(side, url.split(':').next().unwrap_or_default());
    let store = Registry::with_built_in().open_with(url, &settings).await;
    let store = store.map_err(|source| {
        display.clear();
        Failure::Opening { option, source }
    })?;
    Ok(Named { url: url.to_owned(), store })
}

/// What is set of a backend beside its URL: the one place where it comes in.
fn settings(_: Side, _scheme: &str) -> BackendSettings {
    BackendSettings::default()
}

/// The folder of a store on this machine.
fn folder(url: &str) -> Option<&Path> {
    url.strip_prefix("embedded:").map(Path::new)
}
