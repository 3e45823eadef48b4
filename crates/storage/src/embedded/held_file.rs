//! A file that redb can open and repair without changing it, until its content has proven to be whole.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::backends::FileBackend;
use redb::{BackendError, DatabaseError, StorageBackend};

/// The file under a redb database. While it is held, what redb writes is kept aside and seen by
/// redb alone; [`settle`](Self::settle) writes all of it in the same order, dropping forgets it.
#[derive(Debug, Clone)]
pub(super) struct HeldFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: FileBackend,
    /// Whether redb's locks are taken; those of another handle of this process would be in the way.
    locks: bool,
    held: RwLock<Option<Vec<Step>>>,
}

#[derive(Debug)]
enum Step {
    Write { offset: u64, data: Vec<u8> },
    SetLength(u64),
    Sync,
}

impl HeldFile {
    /// Holds every write back.
    pub(super) fn held(file: File) -> Result<Self, DatabaseError> {
        Self::new(file, true, Some(Vec::new()))
    }

    /// Holds every write back, for good, beside another of the same file.
    pub(super) fn aside(file: File) -> Result<Self, DatabaseError> {
        Self::new(file, false, Some(Vec::new()))
    }

    /// Holds nothing back.
    pub(super) fn direct(file: File) -> Result<Self, DatabaseError> {
        Self::new(file, true, None)
    }

    fn new(file: File, locks: bool, held: Option<Vec<Step>>) -> Result<Self, DatabaseError> {
        Ok(Self(Arc::new(Inner { file: FileBackend::new(file)?, locks, held: RwLock::new(held) })))
    }

    /// Writes what was held back, and holds nothing back from now on.
    pub(super) fn settle(&self) -> io::Result<()> {
        let mut held = self.steps_mut();
        for step in held.take().into_iter().flatten() {
            match step {
                Step::Write { offset, data } => self.0.file.write(offset, &data)?,
                Step::SetLength(length) => self.0.file.set_len(length)?,
                Step::Sync => self.0.file.sync_data()?,
            }
        }
        Ok(())
    }

    fn steps(&self) -> RwLockReadGuard<'_, Option<Vec<Step>>> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn steps_mut(&self) -> RwLockWriteGuard<'_, Option<Vec<Step>>> {
        self.0.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds a step back, or says that it is to be done at once.
    fn hold(&self, step: impl FnOnce() -> Step) -> bool {
        // Looked at first without keeping readers out: nearly all calls come when all is settled.
        if self.steps().is_none() {
            return false;
        }
        let mut held = self.steps_mut();
        held.as_mut().map(|steps| steps.push(step())).is_some()
    }

    /// Reads what the file would hold after the steps.
    fn read_through(&self, steps: &[Step], offset: u64, out: &mut [u8]) -> io::Result<()> {
        let length = length_after(self.0.file.len()?, steps);
        let end = offset.checked_add(out.len() as u64).filter(|end| *end <= length);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        let shortest = steps.iter().fold(self.0.file.len()?, |shortest, step| match step {
            Step::SetLength(length) => shortest.min(*length),
            _ => shortest,
        });
        let (present, missing) = out.split_at_mut(index(end.min(shortest).saturating_sub(offset)));
        missing.fill(0);
        if !present.is_empty() {
            self.0.file.read(offset, present)?;
        }
        for step in steps {
            match step {
                Step::Write { offset: at, data } => {
                    let (from, to) = ((*at).max(offset), (at + data.len() as u64).min(end));
                    if from < to {
                        out[index(from - offset)..index(to - offset)]
                            .copy_from_slice(&data[index(from - at)..index(to - at)]);
                    }
                }
                Step::SetLength(length) if *length < end => {
                    out[index(length.saturating_sub(offset))..].fill(0);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn length_after(length: u64, steps: &[Step]) -> u64 {
    steps.iter().fold(length, |length, step| match step {
        Step::Write { offset, data } => length.max(offset + data.len() as u64),
        Step::SetLength(length) => *length,
        Step::Sync => length,
    })
}

/// Distances inside a buffer fit its index type.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

impl StorageBackend for HeldFile {
    fn len(&self) -> io::Result<u64> {
        let length = self.0.file.len()?;
        Ok(self.steps().as_ref().map_or(length, |steps| length_after(length, steps)))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &*self.steps() {
            None => self.0.file.read(offset, out),
            Some(steps) if steps.is_empty() => self.0.file.read(offset, out),
            Some(steps) => self.read_through(steps, offset, out),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        if self.hold(|| Step::SetLength(length)) { Ok(()) } else { self.0.file.set_len(length) }
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.hold(|| Step::Sync) { Ok(()) } else { self.0.file.sync_data() }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let held = self.hold(|| Step::Write { offset, data: data.to_vec() });
        if held { Ok(()) } else { self.0.file.write(offset, data) }
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
    fn what_is_held_is_seen_through_it_and_in_the_file_only_when_settled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"0123456789").unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let held = HeldFile::held(file).unwrap();
        let content = |held: &HeldFile| {
            let mut out = vec![b'?'; usize::try_from(held.len().unwrap()).unwrap()];
            held.read(0, &mut out).unwrap();
            out
        };
        held.write(2, b"abc").unwrap();
        held.write(4, b"XY").unwrap();
        held.set_len(8).unwrap();
        held.set_len(12).unwrap();
        held.write(11, b"!").unwrap();
        held.sync_data().unwrap();
        assert_eq!(content(&held), b"01abXY67\0\0\0!");
        let mut middle = [0; 4];
        held.read(3, &mut middle).unwrap();
        assert_eq!(&middle, b"bXY6");
        assert!(held.read(10, &mut [0; 4]).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");

        held.settle().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"01abXY67\0\0\0!");
        held.write(0, b"-").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), content(&held));
    }
}
