//! A large piece of memory that texts are put into one after the other.

use std::alloc::{Layout, handle_alloc_error};
use std::ops::Range;

use memmap2::MmapMut;

/// A piece of memory of a fixed size, of which the first bytes are used.
///
/// It comes from the operating system itself, in huge pages where it has them: documents that lie far
/// apart then cost the processor a fraction of the look-ups of addresses, and a store that opens waits
/// less for pages to be cleared. What was never used takes no memory.
#[derive(Debug)]
pub(super) struct Piece {
    memory: Option<MmapMut>,
    used: usize,
    /// How many of the used bytes are still needed.
    pub(super) live: usize,
}

impl Piece {
    /// A piece without any memory.
    pub(super) const NONE: Self = Self { memory: None, used: 0, live: 0 };

    /// A piece with room for so many bytes.
    pub(super) fn new(capacity: usize) -> Self {
        let Ok(memory) = MmapMut::map_anon(capacity) else {
            // As every other allocation does.
            handle_alloc_error(Layout::array::<u8>(capacity).unwrap_or(Layout::new::<u8>()));
        };
        // Where the system has none, or none to give, the pages are small.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        Self { memory: Some(memory), used: 0, live: 0 }
    }

    /// Puts bytes behind those that are used.
    ///
    /// # Panics
    /// If there is no room for them.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let end = self.used + bytes.len();
        self.memory.as_deref_mut().unwrap_or_default()[self.used..end].copy_from_slice(bytes);
        self.used = end;
    }

    /// The bytes from a place on, or none beyond those that are used.
    pub(super) fn from(&self, start: usize) -> &[u8] {
        self.bytes(start..self.used).unwrap_or_default()
    }

    /// The bytes of a range, if they are used.
    pub(super) fn bytes(&self, range: Range<usize>) -> Option<&[u8]> {
        self.memory.as_deref()?.get(..self.used)?.get(range)
    }

    /// Moves bytes further to the front.
    pub(super) fn move_to(&mut self, place: usize, range: Range<usize>) {
        if let Some(memory) = &mut self.memory {
            memory.copy_within(range, place);
        }
    }

    /// Forgets what is behind so many bytes.
    pub(super) fn truncate(&mut self, used: usize) {
        self.used = self.used.min(used);
    }

    /// How many bytes are used.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// How many bytes it can hold.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.memory.as_deref().map_or(0, <[u8]>::len)
    }
}
