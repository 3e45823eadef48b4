//! The folder of a store: its lock, its database, and how it is opened.
//!
//! `lock` is locked while a process has the store open. `tributary.redb` is the database; it is created under another
//! name and renamed when it is complete, so that an empty or partial one is corrupt. `acknowledged` has the sequence
//! number that the database must contain. A folder with `acknowledged` but without a database has lost it, which is
//! corruption too; a folder with neither is a new store.

use std::fs::{self, File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use redb::{Builder, Database};
use tributary_domain::Collection;

use super::catch_panic::catch_panic;
use super::failure::Failure;
use super::load;
use super::mark::Mark;
use super::overlay_file::OverlayFile;
use super::table::{self, State};
use crate::OpenError;
use crate::memory::Catalog;

const DATABASE: &str = "tributary.redb";
const UNFINISHED: &str = "tributary.redb.new";
const LOCK: &str = "lock";

/// Reads are served from the catalog, so redb needs a cache only for the pages that it changes.
const CACHE_BYTES: usize = 16 << 20;

/// A folder that is locked for this process until the value is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    collections: Vec<Collection>,
    /// The identity of the database file.
    database: OnceLock<Identity>,
    _lock: File,
}

/// Device and inode; other systems than Unix do not remove open files.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

/// An open store.
pub(super) struct OpenedDatabase {
    pub(super) database: Database,
    pub(super) catalog: Catalog,
    pub(super) state: State,
    pub(super) mark: Mark,
}

impl Folder {
    /// Creates the folder if necessary, and locks it.
    pub(super) fn lock(path: &Path, collections: Vec<Collection>) -> Result<Self, OpenError> {
        let folder = path.display().to_string();
        let explained = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => {
                OpenError::InvalidLocation {
                    url: format!("embedded:{folder}"),
                    reason: "what follows the colon has to be a folder, or become one".to_owned(),
                }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                let action = "create the folder and files".to_owned();
                OpenError::PermissionDenied { action, folder: folder.clone() }
            }
            _ => match Failure::from(error) {
                Failure::Other(error) => OpenError::Backend(format!("the folder {folder}: {error}").into()),
                failure => failure.into_open_error(&folder),
            },
        };
        fs::create_dir_all(path).map_err(explained)?;
        let lock = File::options().read(true).write(true).create(true).truncate(false).open(path.join(LOCK));
        let lock = lock.map_err(explained)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), collections, database: OnceLock::new(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked(folder)),
            Err(TryLockError::Error(error)) => Err(explained(error)),
        }
    }

    /// The folder's name in messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Opens the store in the folder, or a new one. A corrupt store is not modified.
    pub(super) fn open(&self) -> Result<OpenedDatabase, Failure> {
        let acknowledged = Mark::read(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => Failure::damaged("the file [acknowledged] is not readable"),
            _ => error.into(),
        })?;
        match fs::metadata(self.path.join(DATABASE)) {
            Ok(database) if database.len() == 0 => {
                return Err(Failure::damaged(format!("the file [{DATABASE}] is empty")));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => match acknowledged {
                Some(_) => return Err(Failure::damaged(format!("the file [{DATABASE}] is missing"))),
                None => self.create()?,
            },
            Err(error) => return Err(error.into()),
        }
        let (database, catalog, state) =
            catch_panic(|| self.open_whole(acknowledged.unwrap_or_default()), |panic| unreadable(&panic))?;
        let mark = Mark::open(&self.path, state.sequence)?;
        Ok(OpenedDatabase { database, catalog, state, mark })
    }

    /// Opens the database again after a failure, without verifying its content again.
    pub(super) fn reopen(&self) -> Result<Database, Failure> {
        let work = || {
            // A different file must not receive these changes: its folder is not locked.
            self.check_in_place()?;
            let file = self.open_file()?;
            self.check(&file.metadata()?)?;
            let file = OverlayFile::direct(file)?;
            Ok(Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(file)?)
        };
        catch_panic(work, Failure::damaged)
    }

    /// Checks that the open file is still the one at the path.
    pub(super) fn check_in_place(&self) -> Result<(), Failure> {
        match fs::metadata(self.path.join(DATABASE)) {
            Ok(metadata) => self.check(&metadata),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(Failure::Gone)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn check(&self, metadata: &Metadata) -> Result<(), Failure> {
        if *self.database.get_or_init(|| identity(metadata)) == identity(metadata) {
            Ok(())
        } else {
            Err(Failure::Gone)
        }
    }

    fn open_file(&self) -> io::Result<File> {
        File::options().read(true).write(true).open(self.path.join(DATABASE))
    }

    /// Verifies the pages of the database and, concurrently, loads its documents, each through an overlay of its own. The
    /// loaded documents are used only if the verification succeeds.
    fn open_whole(&self, acknowledged: u64) -> Result<(Database, Catalog, State), Failure> {
        let file = self.open_file()?;
        self.check(&file.metadata()?)?;
        let file = OverlayFile::overlay(file)?;
        let (checked, read) = std::thread::scope(|scope| {
            let checked =
                scope.spawn(|| catch_panic(|| open_checked(file.clone()), |panic| unreadable(&panic)));
            let read = catch_panic(|| self.read_aside(), |panic| unreadable(&panic));
            (checked.join().unwrap_or_else(|_| Err(Failure::damaged("checking it failed"))), read)
        });
        let (database, (catalog, state)) = (checked?, read?);
        if table::state(&database)? != state {
            return Err(Failure::damaged("it changed while it was read"));
        }
        if state.sequence < acknowledged {
            return Err(Failure::damaged(format!(
                "the changes {} to {acknowledged} were acknowledged and are missing",
                state.sequence + 1
            )));
        }
        file.commit()?;
        Ok((database, catalog, state))
    }

    /// The content of the database, loaded without verifying redb's pages.
    fn read_aside(&self) -> Result<(Catalog, State), Failure> {
        let file = self.open_file()?;
        self.check(&file.metadata()?)?;
        let database = Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(OverlayFile::unlocked_overlay(file)?)?;
        load::load(&database, &self.collections)
    }

    fn create(&self) -> Result<(), Failure> {
        let unfinished = self.path.join(UNFINISHED);
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let database = Builder::new().set_cache_size(CACHE_BYTES).create(&unfinished)?;
        table::commit(&database, [], &State::default())?;
        database.close()?;
        fs::rename(&unfinished, self.path.join(DATABASE))?;
        // Sync the folder so that the rename is durable; only Unix can do that.
        #[cfg(unix)]
        File::open(&self.path)?.sync_all()?;
        Ok(())
    }
}

/// Opens a database and verifies all of its pages.
fn open_checked(file: OverlayFile) -> Result<Database, Failure> {
    let mut builder = Builder::new();
    // The checksums of documents do not cover redb's inner pages, nor its list of free pages.
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    Ok(builder.create_with_backend(file)?)
}

fn unreadable(panic: &str) -> Failure {
    Failure::damaged(format!("the file [{DATABASE}] is not readable ({panic})"))
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}
