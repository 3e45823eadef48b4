//! The memory that bodies or answers may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{HttpMessage as _, HttpRequest};
use bytes::Bytes;

/// The first bytes of each body or answer do not count, so that small ones are never refused.
const FREE: usize = 64 * 1024;

/// A number of bytes of memory.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    most: usize,
    taken: AtomicUsize,
}

impl MemoryBudget {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: AtomicUsize::new(0) })
    }

    /// A reservation of nothing yet.
    pub(crate) fn reserve_later(self: &Arc<Self>) -> Reservation {
        Reservation { budget: Arc::clone(self), bytes: 0 }
    }

    /// Makes this the memory for the body of a request that is not read here.
    pub(crate) fn pass_to(self: &Arc<Self>, request: &HttpRequest) {
        request.extensions_mut().insert(Arc::clone(self));
    }
}

/// A part of the memory for bodies or answers, reserved until this is dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl Reservation {
    /// Of the memory for bodies, nothing yet: for the body of a request that the fallback was given.
    pub fn for_body_of(request: &HttpRequest) -> Self {
        let budget = request.extensions().get::<Arc<MemoryBudget>>().map(Arc::clone);
        budget.unwrap_or_else(|| MemoryBudget::new(usize::MAX)).reserve_later()
    }

    /// Reserves what is missing for a body or an answer of so many bytes; false if there is not so much.
    #[must_use]
    pub fn grow_to(&mut self, length: usize) -> bool {
        let Some(more) = self.missing(length) else { return true };
        let within = |taken: usize| taken.checked_add(more).filter(|taken| *taken <= self.budget.most);
        let is_reserved =
            self.budget.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within).is_ok();
        if is_reserved {
            self.bytes += more;
        }
        is_reserved
    }

    /// How many bytes there are, in all.
    pub(crate) fn most(&self) -> usize {
        self.budget.most
    }

    /// Counts an answer that must not be refused, even beyond the limit.
    pub(crate) fn count(&mut self, length: usize) {
        let more = self.missing(length).unwrap_or(0);
        self.budget.taken.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
    }

    fn missing(&self, length: usize) -> Option<usize> {
        let counted = if length > FREE { length } else { 0 };
        counted.checked_sub(self.bytes).filter(|more| *more > 0)
    }

    /// Bytes that keep the reservation as long as any of them is needed.
    pub(crate) fn hold(self, bytes: Bytes) -> Bytes {
        if self.bytes == 0 {
            return bytes;
        }
        Bytes::from_owner(HeldBytes { bytes, _reservation: self })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct HeldBytes {
    bytes: Bytes,
    _reservation: Reservation,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_reserved_as_long_as_bytes_are_kept() {
        let budget = MemoryBudget::new(4 * FREE);
        let taken = || budget.taken.load(Ordering::Relaxed);
        let mut first = budget.reserve_later();
        assert!(first.grow_to(FREE), "small ones are free");
        assert_eq!(taken(), 0);
        assert!(first.grow_to(2 * FREE) && first.grow_to(3 * FREE));
        assert_eq!(taken(), 3 * FREE);
        let mut second = budget.reserve_later();
        assert!(!second.grow_to(2 * FREE) && second.grow_to(FREE));
        second.count(2 * FREE);
        assert_eq!(taken(), 5 * FREE);
        drop(second);
        let held = first.hold(Bytes::from(vec![7; 3 * FREE]));
        let part = held.slice(FREE..FREE + 1);
        drop(held);
        assert_eq!((taken(), &part[..]), (3 * FREE, &[7][..]));
        drop(part);
        assert_eq!(taken(), 0);
    }
}
