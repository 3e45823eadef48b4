//! Where the workspace is.

use std::path::PathBuf;

/// Its folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
