//! The sequence number of the latest acknowledged change, kept beside the database to detect lost commits.
//!
//! A corrupt or replaced database can look intact in an earlier state: redb keeps the previous commit, and a bit in the
//! header selects the current one. The mark is written after each commit without a sync, so that after a power loss it
//! may be behind the database, but never ahead of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

const NAME: &str = "acknowledged";

/// The open file of the mark.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// Reads the sequence number of the latest acknowledged change; `None` if there is no mark, and an error of kind
    /// `InvalidData` if it is corrupt.
    pub(super) fn read(folder: &Path) -> io::Result<Option<u64>> {
        let mut content = Vec::new();
        // Opened for writing, so that missing permission is detected before anything is changed.
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

    /// Opens the mark for writing, and sets it.
    pub(super) fn open(folder: &Path, sequence: u64) -> io::Result<Self> {
        let file = File::options().write(true).create(true).truncate(false).open(folder.join(NAME))?;
        let mut mark = Self(file);
        mark.set(sequence)?;
        mark.0.sync_all()?;
        Ok(mark)
    }

    /// Sets the sequence number of the latest acknowledged change.
    pub(super) fn set(&mut self, sequence: u64) -> io::Result<()> {
        let number = sequence.to_le_bytes();
        let mut content = [0; 12];
        content[..8].copy_from_slice(&number);
        content[8..].copy_from_slice(&crc32fast::hash(&number).to_le_bytes());
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(&content)
    }
}
