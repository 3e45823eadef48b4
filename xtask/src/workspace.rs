//! The location of the workspace.

use std::path::PathBuf;

/// The root folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
