//! A writer for lines that nobody may wait for: they are written in batches by a thread of its own.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// The most lines that wait to be written; what comes on top of them is dropped.
const MAXIMUM_WAITING: usize = 64 * 1024;
/// The most bytes of a batch.
const MAXIMUM_BATCH: usize = 64 * 1024;
/// Between two batches: a thread that waits for each line would have to be woken for each line.
const PAUSE: Duration = Duration::from_millis(10);

/// Starts the thread. Dropping the guard writes what waits, within a second.
pub(crate) fn batched(
    output: impl Write + Send + 'static,
    thread_name: &str,
) -> (NonBlocking, WorkerGuard, DroppedLines) {
    let (lines, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(MAXIMUM_WAITING)
        .thread_name(thread_name)
        .finish(Batches { output, waiting: Vec::with_capacity(MAXIMUM_BATCH) });
    let dropped = DroppedLines { count: lines.error_counter(), told: 0 };
    (lines, guard, dropped)
}

/// How many lines were dropped because too many waited.
pub(crate) struct DroppedLines {
    count: ErrorCounter,
    told: usize,
}

impl DroppedLines {
    /// Those since the last call, if there are any.
    pub(crate) fn take(&mut self) -> Option<usize> {
        let all = self.count.dropped_lines();
        let new = all - std::mem::replace(&mut self.told, all);
        (new > 0).then_some(new)
    }
}

/// Gathers what is written until it is flushed. What cannot be written is lost: its disk full or its reader gone, a log
/// must not end what is logged.
struct Batches<W: Write> {
    output: W,
    waiting: Vec<u8>,
}

impl<W: Write> Batches<W> {
    fn write_out(&mut self) {
        let _ = self.output.write_all(&self.waiting).and_then(|()| self.output.flush());
        self.waiting.clear();
    }
}

impl<W: Write> Write for Batches<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !self.waiting.is_empty() && self.waiting.len() + line.len() > MAXIMUM_BATCH {
            self.write_out();
        }
        self.waiting.extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_out();
        thread::sleep(PAUSE);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, MutexGuard};

    use super::*;

    /// What was written, each time that something was; writing waits while it is locked.
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
        let (mut lines, guard, mut dropped) = batched(output.clone(), "test");
        let expected: Vec<String> = (0..10_000).map(|number| format!("line {number}\n")).collect();
        for line in &expected {
            lines.write_all(line.as_bytes()).unwrap();
        }
        drop(guard);
        let batches = output.written();
        assert!(batches.len() < 500, "{} batches", batches.len());
        assert!(batches.iter().all(|batch| batch.ends_with(b"\n")));
        assert_eq!(String::from_utf8(batches.concat()).unwrap(), expected.concat());
        assert_eq!(dropped.take(), None);
    }

    #[test]
    fn what_waits_is_written_where_a_panic_ends_it() {
        let output = Shared::default();
        let writes = output.clone();
        let panicked = thread::spawn(move || {
            let (mut lines, _guard, _) = batched(writes, "test");
            lines.write_all(b"the last line\n").unwrap();
            std::panic::resume_unwind(Box::new("as a panic does"));
        });
        assert!(panicked.join().is_err());
        assert_eq!(output.written().concat(), b"the last line\n");
    }

    #[test]
    fn lines_that_cannot_wait_are_dropped_and_counted() {
        let output = Shared::default();
        let (mut lines, guard, mut dropped) = batched(output.clone(), "test");
        let held = output.written();
        // More than can wait, be gathered, and be on its way to the output.
        let (all, line) = (3 * MAXIMUM_WAITING, [b'x'; 64]);
        for _ in 0..all {
            lines.write_all(&line).unwrap();
        }
        drop(held);
        drop(guard);
        let lost = dropped.take().expect("lines were dropped");
        let written: usize = output.written().iter().map(Vec::len).sum();
        assert_eq!(written, (all - lost) * line.len());
        assert_eq!(dropped.take(), None, "they are told once");
    }

    #[test]
    fn an_output_that_fails_is_no_failure() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut batches = Batches { output: Full, waiting: Vec::new() };
        for _ in 0..2 {
            batches.write_all(&vec![b'x'; MAXIMUM_BATCH]).unwrap();
        }
        batches.flush().unwrap();
        assert!(batches.waiting.is_empty());
    }
}
