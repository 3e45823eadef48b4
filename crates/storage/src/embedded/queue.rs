//! The bound of the queue of changes that wait to be written.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most bytes of changes that wait, when the disk is slower than the clients.
const MAXIMUM: usize = 128 << 20;
/// What a change takes beside its document.
const OVERHEAD: usize = 512;

/// How much waits, in bytes.
#[derive(Debug, Default)]
pub(super) struct WriteQueue(Arc<AtomicUsize>);

/// The place of a change in the queue, until it is written.
#[derive(Debug)]
pub(super) struct QueuePlace {
    waiting: Arc<AtomicUsize>,
    bytes: usize,
}

impl WriteQueue {
    /// A place for a change with a document of so many bytes; none if the queue is full.
    pub(super) fn enter(&self, document: usize) -> Option<QueuePlace> {
        let bytes = document.saturating_add(OVERHEAD);
        // Whatever its size, one change can always wait.
        let more = |waiting: usize| {
            let all = waiting.saturating_add(bytes);
            (waiting == 0 || all <= MAXIMUM).then_some(all)
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(QueuePlace { waiting: Arc::clone(&self.0), bytes })
    }
}

impl Drop for QueuePlace {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_bounded_and_never_closed() {
        let queue = WriteQueue::default();
        let large = queue.enter(2 * MAXIMUM).expect("one change can always wait");
        assert!(queue.enter(1).is_none());
        drop(large);
        let places: Vec<_> = std::iter::from_fn(|| queue.enter(MAXIMUM / 8)).collect();
        assert_eq!(places.len(), 7);
        drop(places);
        assert_eq!(queue.0.load(Ordering::Relaxed), 0);
    }
}
