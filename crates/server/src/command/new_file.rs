//! Atomic creation of files.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::Failure;

/// The prefix of an unfinished file's name; random letters follow.
const UNFINISHED: &str = ".tributary-export-";

/// A file under a temporary name in its directory, until it is persisted; removed if dropped before.
#[derive(Debug)]
pub(super) struct NewFile {
    unfinished: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Creates the temporary file; the final one must not exist yet.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let failed = |source| Failure::File { name: path.display().to_string(), source };
        // A dangling link counts as existing, too.
        if path.symlink_metadata().is_ok() {
            return Err(Failure::OutputExists(path.display().to_string()));
        }
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(failed(io::Error::new(ErrorKind::InvalidInput, "the name of a file is needed")));
        }
        let mut builder = Builder::new();
        builder.prefix(UNFINISHED);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The usual mode of new files; the system applies the umask.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let unfinished = builder.tempfile_in(folder(path)).map_err(|error| {
            let reason = format!("no file can be made in {}: {}", folder(path).display(), error.kind());
            failed(io::Error::new(error.kind(), reason))
        })?;
        Ok(Self { unfinished, path: path.to_owned() })
    }

    /// The writer.
    pub(super) fn writer(&mut self) -> &mut (dyn Write + Send) {
        self.unfinished.as_file_mut()
    }

    /// Syncs the file to disk and gives it its final name.
    pub(super) fn keep(self) -> Result<(), Failure> {
        let name = self.path.display().to_string();
        // A full disk may be reported only now.
        let synced = self.unfinished.as_file().sync_all();
        synced.map_err(|error| Failure::NotWritten { name: name.clone(), reason: error.to_string() })?;
        self.unfinished.persist_noclobber(&self.path).map_err(|failed| match failed.error.kind() {
            ErrorKind::AlreadyExists => Failure::OutputExists(name.clone()),
            _ => Failure::File { name: name.clone(), source: failed.error },
        })?;
        sync_folder(folder(&self.path)).map_err(|source| Failure::NotSynced { name, source })
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != OsStr::new("")).unwrap_or(Path::new("."))
}

/// Syncs the directory entry; only supported on Unix.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
