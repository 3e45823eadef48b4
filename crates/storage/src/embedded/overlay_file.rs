//! A copy-on-write view of a file: redb can open and repair it without modifying the file until its content is
//! verified.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::backends::FileBackend;
use redb::{BackendError, DatabaseError, StorageBackend};

/// The storage of a redb database. In overlay mode, writes are buffered in memory and visible to redb only;
/// [`commit`](Self::commit) applies them in order, dropping discards them.
#[derive(Debug, Clone)]
pub(super) struct OverlayFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: FileBackend,
    /// Whether redb's locks are taken; they would conflict with those of another handle of this process.
    locks: bool,
    /// The buffered calls; `None` where calls go straight to the file.
    deferred: RwLock<Option<Vec<DeferredCall>>>,
}

#[derive(Debug)]
enum DeferredCall {
    Write { offset: u64, data: Vec<u8> },
    SetLength(u64),
    Sync,
}

impl OverlayFile {
    /// An overlay: every write is buffered.
    pub(super) fn overlay(file: File) -> Result<Self, DatabaseError> {
        Self::new(file, true, Some(Vec::new()))
    }

    /// An overlay that is never committed and takes no lock, for use beside another handle of the same file.
    pub(super) fn unlocked_overlay(file: File) -> Result<Self, DatabaseError> {
        Self::new(file, false, Some(Vec::new()))
    }

    /// The file without an overlay.
    pub(super) fn direct(file: File) -> Result<Self, DatabaseError> {
        Self::new(file, true, None)
    }

    fn new(file: File, locks: bool, deferred: Option<Vec<DeferredCall>>) -> Result<Self, DatabaseError> {
        Ok(Self(Arc::new(Inner { file: FileBackend::new(file)?, locks, deferred: RwLock::new(deferred) })))
    }

    /// Applies the buffered calls; from now on, calls go straight to the file.
    pub(super) fn commit(&self) -> io::Result<()> {
        let mut deferred = self.deferred_mut();
        for call in deferred.take().into_iter().flatten() {
            match call {
                DeferredCall::Write { offset, data } => self.0.file.write(offset, &data)?,
                DeferredCall::SetLength(length) => self.0.file.set_len(length)?,
                DeferredCall::Sync => self.0.file.sync_data()?,
            }
        }
        Ok(())
    }

    fn deferred(&self) -> RwLockReadGuard<'_, Option<Vec<DeferredCall>>> {
        self.0.deferred.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn deferred_mut(&self) -> RwLockWriteGuard<'_, Option<Vec<DeferredCall>>> {
        self.0.deferred.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Buffers a call; `false` where it has to be made at once.
    fn defer(&self, call: impl FnOnce() -> DeferredCall) -> bool {
        // Checked under the read lock first: almost all calls come after the commit.
        if self.deferred().is_none() {
            return false;
        }
        let mut deferred = self.deferred_mut();
        deferred.as_mut().map(|calls| calls.push(call())).is_some()
    }

    /// Reads the content that the file would have after the buffered calls.
    fn read_through(&self, deferred: &[DeferredCall], offset: u64, out: &mut [u8]) -> io::Result<()> {
        let length = length_after(self.0.file.len()?, deferred);
        let end = offset.checked_add(out.len() as u64).filter(|end| *end <= length);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        let shortest = deferred.iter().fold(self.0.file.len()?, |shortest, call| match call {
            DeferredCall::SetLength(length) => shortest.min(*length),
            _ => shortest,
        });
        let (present, missing) = out.split_at_mut(index(end.min(shortest).saturating_sub(offset)));
        missing.fill(0);
        if !present.is_empty() {
            self.0.file.read(offset, present)?;
        }
        for call in deferred {
            match call {
                DeferredCall::Write { offset: at, data } => {
                    let (from, to) = ((*at).max(offset), (at + data.len() as u64).min(end));
                    if from < to {
                        out[index(from - offset)..index(to - offset)]
                            .copy_from_slice(&data[index(from - at)..index(to - at)]);
                    }
                }
                DeferredCall::SetLength(length) if *length < end => {
                    out[index(length.saturating_sub(offset))..].fill(0);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn length_after(length: u64, deferred: &[DeferredCall]) -> u64 {
    deferred.iter().fold(length, |length, call| match call {
        DeferredCall::Write { offset, data } => length.max(offset + data.len() as u64),
        DeferredCall::SetLength(length) => *length,
        DeferredCall::Sync => length,
    })
}

/// Distances inside a buffer fit its index type.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

impl StorageBackend for OverlayFile {
    fn len(&self) -> io::Result<u64> {
        let length = self.0.file.len()?;
        Ok(self.deferred().as_ref().map_or(length, |deferred| length_after(length, deferred)))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &*self.deferred() {
            None => self.0.file.read(offset, out),
            Some(deferred) if deferred.is_empty() => self.0.file.read(offset, out),
            Some(deferred) => self.read_through(deferred, offset, out),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        if self.defer(|| DeferredCall::SetLength(length)) { Ok(()) } else { self.0.file.set_len(length) }
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.defer(|| DeferredCall::Sync) { Ok(()) } else { self.0.file.sync_data() }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let is_deferred = self.defer(|| DeferredCall::Write { offset, data: data.to_vec() });
        if is_deferred { Ok(()) } else { self.0.file.write(offset, data) }
    }

    fn close(&self) -> io::Result<()> {
        self.0.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.0.locks { self.0.file.try_lock_range(start, end) } else { Ok(true) }
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.0.locks { self.0.file.try_lock_shared_range(start, end) } else { Ok(true) }
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.0.locks { self.0.file.lock_range(start, end) } else { Ok(()) }
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.0.locks { self.0.file.lock_shared_range(start, end) } else { Ok(()) }
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        if self.0.locks { self.0.file.unlock_range(start, end) } else { Ok(()) }
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        if self.0.locks { self.0.file.query_lock_range(start, end) } else { Ok(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffered_writes_are_visible_in_the_overlay_and_in_the_file_once_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"0123456789").unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let overlay = OverlayFile::overlay(file).unwrap();
        let content = |file: &OverlayFile| {
            let mut out = vec![b'?'; usize::try_from(file.len().unwrap()).unwrap()];
            file.read(0, &mut out).unwrap();
            out
        };
        overlay.write(2, b"abc").unwrap();
        overlay.write(4, b"XY").unwrap();
        overlay.set_len(8).unwrap();
        overlay.set_len(12).unwrap();
        overlay.write(11, b"!").unwrap();
        overlay.sync_data().unwrap();
        assert_eq!(content(&overlay), b"01abXY67\0\0\0!");
        let mut middle = [0; 4];
        overlay.read(3, &mut middle).unwrap();
        assert_eq!(&middle, b"bXY6");
        assert!(overlay.read(10, &mut [0; 4]).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");

        overlay.commit().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"01abXY67\0\0\0!");
        overlay.write(0, b"-").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), content(&overlay));
    }
}
