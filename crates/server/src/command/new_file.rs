//! A file that is there whole or not at all.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::Failure;

/// What an unfinished file is called, before some random letters.
const UNFINISHED: &str = ".tributary-export-";

/// A file under another name in its folder, until it is kept; removed when it is dropped before.
#[derive(Debug)]
pub(super) struct NewFile {
    unfinished: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Begins a file, which must not exist yet.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let failed = |source| Failure::File { name: path.display().to_string(), source };
        // A link that leads nowhere is in the way too.
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
            // What other new files have: the system takes away from it what the umask says.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let unfinished = builder.tempfile_in(folder(path)).map_err(|error| {
            let reason = format!("no file can be made in {}: {}", folder(path).display(), error.kind());
            failed(io::Error::new(error.kind(), reason))
        })?;
        Ok(Self { unfinished, path: path.to_owned() })
    }

    /// Takes what is written.
    pub(super) fn writer(&mut self) -> &mut (dyn Write + Send) {
        self.unfinished.as_file_mut()
    }

    /// Gives the file its name, once all of it is on the disk.
    pub(super) fn keep(self) -> Result<(), Failure> {
        let name = self.path.display().to_string();
        // A disk may say only now that it is full.
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

/// Waits until the name is on the disk; only Unix knows how to ask for that.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
