//! The file of the audit: lines wait in memory while it cannot be written, and losses are counted in the log.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The maximum number of bytes that wait; lines beyond it are lost, which the log says.
const MOST_WAITING: usize = 8 * 1024 * 1024;
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the end waits for lines that are not written.
const LONGEST_END: Duration = Duration::from_secs(1);

/// Where lines are written.
#[derive(Debug)]
pub(super) enum Output {
    StandardError,
    File { path: PathBuf, file: File },
}

impl Output {
    /// A file that is appended to, created for the owner alone.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self::File { path: path.to_owned(), file: options.open(path)? })
    }

    /// Opens the file anew.
    fn reopen(&mut self) -> io::Result<()> {
        if let Self::File { path, .. } = self {
            *self = Self::open(path)?;
        }
        Ok(())
    }

    /// Whether the path leads to another file by now, or to none: what was written there would be lost.
    fn is_gone(&self) -> bool {
        match self {
            Self::StandardError => false,
            #[cfg(unix)]
            Self::File { path, file } => {
                use std::os::unix::fs::MetadataExt as _;
                let place = |found: std::fs::Metadata| (found.dev(), found.ino());
                let (now, opened) = (std::fs::metadata(path).map(place), file.metadata().map(place));
                now.ok().is_none_or(|now| opened.ok() != Some(now))
            }
            #[cfg(not(unix))]
            Self::File { path, .. } => !path.exists(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::StandardError => io::stderr().write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }
}

/// Lines on their way.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: usize,
    is_to_be_reopened: bool,
    is_ended: bool,
    is_written: bool,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line.
    pub(super) fn push(&self, line: &str) {
        let mut waiting = self.waiting();
        if waiting.bytes.len() + line.len() >= MOST_WAITING {
            waiting.lost += 1;
            return;
        }
        waiting.bytes.extend_from_slice(line.as_bytes());
        waiting.bytes.push(b'\n');
        self.changed.notify_all();
    }

    /// Lets the file be opened anew before the next line.
    pub(super) fn reopen(&self) {
        self.waiting().is_to_be_reopened = true;
        self.changed.notify_all();
    }

    /// Writes lines until the end.
    fn write_to(&self, output: Output) {
        let mut batch = Batch { output, bytes: Vec::new(), written: 0, is_failing: false };
        loop {
            let mut waiting = self.waiting();
            while waiting.bytes.is_empty()
                && batch.is_empty()
                && !waiting.is_ended
                && !waiting.is_to_be_reopened
            {
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            if batch.is_empty() {
                batch.take(&mut waiting.bytes);
            }
            let is_to_be_reopened = mem::take(&mut waiting.is_to_be_reopened);
            let (lost, is_ended) = (mem::take(&mut waiting.lost), waiting.is_ended);
            drop(waiting);
            if lost > 0 {
                tracing::error!(lines = lost, "lines of the audit are lost: they could not be written");
            }
            let is_written = batch.write(is_to_be_reopened);
            let mut waiting = self.waiting();
            if is_ended && (waiting.bytes.is_empty() || !is_written) {
                let lost = waiting.lost + batch.lines() + lines(&waiting.bytes);
                waiting.is_written = true;
                drop(waiting);
                if lost > 0 {
                    tracing::error!(
                        lines = lost,
                        "lines of the audit are lost: the service ends before they could be written"
                    );
                }
                self.changed.notify_all();
                return;
            }
            if !is_written && !is_ended {
                let is_waited_for = |waiting: &mut Waiting| !waiting.is_ended && !waiting.is_to_be_reopened;
                drop(self.changed.wait_timeout_while(waiting, PAUSE, is_waited_for));
            }
        }
    }
}

/// Lines that are being written.
struct Batch {
    output: Output,
    bytes: Vec<u8>,
    written: usize,
    is_failing: bool,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many lines are not written to their end.
    fn lines(&self) -> usize {
        lines(&self.bytes[self.written..])
    }

    fn take(&mut self, bytes: &mut Vec<u8>) {
        mem::swap(&mut self.bytes, bytes);
        self.written = 0;
    }

    /// Writes what is left, and tells the log of failures once. Whether all was written.
    fn write(&mut self, is_to_be_reopened: bool) -> bool {
        match self.attempt(is_to_be_reopened) {
            Ok(()) => {
                if mem::take(&mut self.is_failing) {
                    tracing::info!("the audit is written again");
                }
                true
            }
            Err(error) => {
                if !mem::replace(&mut self.is_failing, true) {
                    tracing::error!(%error, "the audit cannot be written; its lines wait, and requests go on");
                }
                false
            }
        }
    }

    fn attempt(&mut self, is_to_be_reopened: bool) -> io::Result<()> {
        if is_to_be_reopened || self.output.is_gone() {
            self.output.reopen()?;
            // A line that is cut off at the end of the old file is whole in the new one.
            let line = self.bytes[..self.written].iter().rposition(|byte| *byte == b'\n');
            self.written = line.map_or(0, |line| line + 1);
        }
        while self.written < self.bytes.len() {
            match self.output.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.clear();
        self.written = 0;
        Ok(())
    }
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

/// The thread that writes; dropping this writes what waits, within a second.
#[derive(Debug)]
pub(super) struct AuditWriter {
    queue: Arc<Queue>,
}

impl AuditWriter {
    /// Starts the thread.
    pub(super) fn start(output: Output) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let written = Arc::clone(&queue);
        thread::Builder::new().name("audit".to_owned()).spawn(move || written.write_to(output))?;
        Ok(Self { queue })
    }

    /// The queue to add lines to.
    pub(super) fn queue(&self) -> Arc<Queue> {
        Arc::clone(&self.queue)
    }
}

impl Drop for AuditWriter {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        waiting.is_ended = true;
        self.queue.changed.notify_all();
        let is_unwritten = |waiting: &mut Waiting| !waiting.is_written;
        drop(self.queue.changed.wait_timeout_while(waiting, LONGEST_END, is_unwritten));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn wait_for(path: &Path, expected: &str) {
        let start = Instant::now();
        loop {
            let found = std::fs::read_to_string(path).unwrap_or_default();
            if found == expected {
                return;
            }
            assert!(start.elapsed() < Duration::from_mins(1), "{found:?} is not {expected:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn lines_are_whole_whoever_writes_them_and_none_is_missing_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let writer = AuditWriter::start(Output::open(&path).unwrap()).unwrap();
        let text = "x".repeat(500);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..500).for_each(|_| writer.queue().push(&text)));
            }
        });
        drop(writer);
        let found = std::fs::read_to_string(&path).unwrap();
        assert_eq!(found.lines().count(), 4_000);
        assert!(found.lines().all(|line| line == text));
    }

    #[test]
    fn a_file_that_is_moved_or_removed_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/audit");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        let writer = AuditWriter::start(Output::open(&path).unwrap()).unwrap();
        let queue = writer.queue();
        queue.push("one");
        wait_for(&path, "one\n");
        let moved = folder.path().join("logs/moved");
        std::fs::rename(&path, &moved).unwrap();
        queue.reopen();
        wait_for(&path, "");
        queue.push("two");
        wait_for(&path, "two\n");
        wait_for(&moved, "one\n");
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        queue.push("three");
        queue.push("four");
        thread::sleep(Duration::from_millis(50));
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        wait_for(&path, "three\nfour\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_cannot_wait_is_counted_and_the_end_does_not_wait_for_it() {
        let writer = AuditWriter::start(Output::open(Path::new("/dev/full")).unwrap()).unwrap();
        let queue = writer.queue();
        let line = "x".repeat(64 * 1024);
        (0..1_000).for_each(|_| queue.push(&line));
        assert!(queue.waiting().bytes.len() < MOST_WAITING);
        drop(writer);
        assert!(queue.waiting().is_written, "the thread has ended");
    }

    #[test]
    fn a_line_that_was_cut_off_is_whole_in_the_next_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let output = Output::open(&path).unwrap();
        let mut batch = Batch { output, bytes: b"one\ntwo\n".to_vec(), written: 6, is_failing: true };
        assert_eq!(batch.lines(), 1);
        assert!(batch.write(true) && batch.is_empty());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two\n");
    }
}
