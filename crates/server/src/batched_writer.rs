//! A non-blocking line writer: a background thread writes the lines in batches.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The maximum number of pending bytes; lines beyond it are dropped.
const MAXIMUM_WAITING: usize = 8 * 1024 * 1024;
/// The interval between batches: waking the thread for each line would be expensive.
const PAUSE: Duration = Duration::from_millis(10);
/// How long shutdown waits for pending lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Lines on their way to an output. Write errors are ignored: a log whose disk is full or whose reader is gone must
/// not stop the service.
#[derive(Default)]
pub(crate) struct Lines {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    dropped: usize,
    /// Whether the thread must be woken.
    is_idle: bool,
    /// Whether the writer is closed.
    is_ended: bool,
    /// Whether everything has been written after closing.
    is_written: bool,
}

impl Lines {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of lines dropped since the last call, if any.
    pub(crate) fn take_dropped(&self) -> Option<usize> {
        Some(mem::take(&mut self.waiting().dropped)).filter(|dropped| *dropped > 0)
    }

    /// Writes batches until closed.
    fn write_to(&self, mut output: impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut waiting = self.waiting();
            while waiting.bytes.is_empty() && !waiting.is_ended {
                waiting.is_idle = true;
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            let is_last = waiting.is_ended;
            mem::swap(&mut batch, &mut waiting.bytes);
            drop(waiting);
            let _ = output.write_all(&batch).and_then(|()| output.flush());
            batch.clear();
            if is_last {
                self.waiting().is_written = true;
                self.changed.notify_all();
                return;
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.waiting();
        if waiting.bytes.len() + line.len() > MAXIMUM_WAITING {
            waiting.dropped += 1;
        } else {
            waiting.bytes.extend_from_slice(line);
            if mem::take(&mut waiting.is_idle) {
                self.changed.notify_all();
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The writer thread; dropping this writes pending lines, within a second.
pub(crate) struct BatchedWriter {
    lines: Arc<Lines>,
}

impl BatchedWriter {
    /// Starts the thread.
    pub(crate) fn start(output: impl Write + Send + 'static, name: &str) -> io::Result<Self> {
        let lines = Arc::new(Lines::default());
        let written = Arc::clone(&lines);
        thread::Builder::new().name(name.to_owned()).spawn(move || written.write_to(output))?;
        Ok(Self { lines })
    }

    /// The queue to write lines to; each line must be written by a single call.
    pub(crate) fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.lines)
    }
}

impl Drop for BatchedWriter {
    fn drop(&mut self) {
        let mut waiting = self.lines.waiting();
        waiting.is_ended = true;
        self.lines.changed.notify_all();
        let is_unwritten = |waiting: &mut Waiting| !waiting.is_written;
        // The reader of the output may have stopped: do not wait for it.
        let _ = self.lines.changed.wait_timeout_while(waiting, FLUSH_TIMEOUT, is_unwritten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was written, by write; writing blocks while it is locked.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Shared {
        fn written(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
            self.0.lock().unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn all_lines_are_written_at_the_end_in_few_batches_of_whole_lines() {
        let output = Shared::default();
        let writer = BatchedWriter::start(output.clone(), "test").unwrap();
        let lines = writer.lines();
        let expected: Vec<String> = (0..10_000).map(|number| format!("line {number}\n")).collect();
        for line in &expected {
            (&*lines).write_all(line.as_bytes()).unwrap();
        }
        drop(writer);
        let batches = output.written();
        assert!(batches.len() < 500, "{} batches", batches.len());
        assert!(batches.iter().all(|batch| batch.ends_with(b"\n")));
        assert_eq!(String::from_utf8(batches.concat()).unwrap(), expected.concat());
        assert_eq!(lines.take_dropped(), None);
    }

    #[test]
    fn a_line_is_written_soon_without_an_end() {
        let output = Shared::default();
        let writer = BatchedWriter::start(output.clone(), "test").unwrap();
        for line in ["one", "two"] {
            (&*writer.lines()).write_all(line.as_bytes()).unwrap();
            while !output.written().concat().ends_with(line.as_bytes()) {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    #[test]
    fn what_waits_is_written_where_a_panic_ends_it() {
        let output = Shared::default();
        let also_output = output.clone();
        let panicked = thread::spawn(move || {
            let writer = BatchedWriter::start(also_output, "test").unwrap();
            (&*writer.lines()).write_all(b"the last line\n").unwrap();
            std::panic::resume_unwind(Box::new("as a panic does"));
        });
        assert!(panicked.join().is_err());
        assert_eq!(output.written().concat(), b"the last line\n");
    }

    #[test]
    fn lines_that_cannot_wait_are_dropped_and_counted() {
        let output = Shared::default();
        let writer = BatchedWriter::start(output.clone(), "test").unwrap();
        let lines = writer.lines();
        let held = output.written();
        // More than the queue and a write in progress can hold.
        let line = vec![b'x'; 64 * 1024];
        let all = 3 * MAXIMUM_WAITING / line.len();
        for _ in 0..all {
            (&*lines).write_all(&line).unwrap();
        }
        drop(held);
        drop(writer);
        let lost = lines.take_dropped().expect("lines were dropped");
        let written: usize = output.written().iter().map(Vec::len).sum();
        assert_eq!(written, (all - lost) * line.len());
        assert_eq!(lines.take_dropped(), None, "they are reported once");
    }

    #[test]
    fn an_output_that_fails_or_stands_still_does_not_keep_the_end() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let writer = BatchedWriter::start(Full, "test").unwrap();
        (&*writer.lines()).write_all(b"lost").unwrap();
        drop(writer);
        let output = Shared::default();
        let held = output.written();
        let writer = BatchedWriter::start(output.clone(), "test").unwrap();
        (&*writer.lines()).write_all(b"late").unwrap();
        drop(writer);
        drop(held);
    }
}
