//! How far changes were acknowledged, kept beside the database to notice when its end is missing.
//!
//! A database can be damaged, or put back, so that an earlier state of it looks whole: redb keeps
//! the previous state, and a bit in its header says which one counts. The mark is written after
//! each commit without waiting for the disk, so that after a power loss it may name an earlier
//! change than the database, but never a later one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

const NAME: &str = "acknowledged";

/// The open file of the mark.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// Reads the number of the latest acknowledged change, `None` where there is no mark; the error
    /// of kind `InvalidData` is a mark that is damaged.
    pub(super) fn read(folder: &Path) -> io::Result<Option<u64>> {
        let mut content = Vec::new();
        // It will be written as well: where that is forbidden, it is told before anything is changed.
        match File::options().read(true).write(true).open(folder.join(NAME)) {
            Ok(mut file) => file.read_to_end(&mut content)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let (number, checksum) =
            content.first_chunk::<8>().zip(content.get(8..)).ok_or(io::ErrorKind::InvalidData)?;
        if checksum != crc32fast::hash(number).to_le_bytes() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Some(u64::from_le_bytes(*number)))
    }

    /// Opens the mark to write it, and sets it.
    pub(super) fn open(folder: &Path, sequence: u64) -> io::Result<Self> {
        let file = File::options().write(true).create(true).truncate(false).open(folder.join(NAME))?;
        let mut mark = Self(file);
        mark.set(sequence)?;
        mark.0.sync_all()?;
        Ok(mark)
    }

    /// Notes that all changes up to this one are acknowledged.
    pub(super) fn set(&mut self, sequence: u64) -> io::Result<()> {
        let number = sequence.to_le_bytes();
        let mut content = [0; 12];
        content[..8].copy_from_slice(&number);
        content[8..].copy_from_slice(&crc32fast::hash(&number).to_le_bytes());
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(&content)
    }
}
