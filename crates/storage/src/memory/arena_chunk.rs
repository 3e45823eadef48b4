//! A chunk of an arena: a large block of memory that is filled from its start.

use std::alloc::{Layout, handle_alloc_error};
use std::ops::Range;

use memmap2::MmapMut;

/// A block of memory of a fixed size, used from its start.
///
/// It is an anonymous mapping, in huge pages where the system has them: scattered reads then cause far fewer TLB
/// misses, and opening a store spends less time on page faults. Untouched pages take no memory.
#[derive(Debug)]
pub(super) struct ArenaChunk {
    memory: Option<MmapMut>,
    used: usize,
    /// How many of the used bytes belong to live entries.
    pub(super) live: usize,
}

impl ArenaChunk {
    /// A chunk without any memory.
    pub(super) const NONE: Self = Self { memory: None, used: 0, live: 0 };

    /// A chunk with room for so many bytes.
    pub(super) fn new(capacity: usize) -> Self {
        let Ok(memory) = MmapMut::map_anon(capacity) else {
            // Like any failed allocation.
            handle_alloc_error(Layout::array::<u8>(capacity).unwrap_or(Layout::new::<u8>()));
        };
        // Only advice: without huge pages the mapping works all the same.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        Self { memory: Some(memory), used: 0, live: 0 }
    }

    /// Appends bytes.
    ///
    /// # Panics
    /// If there is no room for them.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let end = self.used + bytes.len();
        self.memory.as_deref_mut().unwrap_or_default()[self.used..end].copy_from_slice(bytes);
        self.used = end;
    }

    /// The bytes from an offset to the end of the used ones; empty beyond.
    pub(super) fn from(&self, start: usize) -> &[u8] {
        self.bytes(start..self.used).unwrap_or_default()
    }

    /// The bytes of a range, if they are used.
    pub(super) fn bytes(&self, range: Range<usize>) -> Option<&[u8]> {
        self.memory.as_deref()?.get(..self.used)?.get(range)
    }

    /// Moves bytes towards the start.
    pub(super) fn move_to(&mut self, offset: usize, range: Range<usize>) {
        if let Some(memory) = &mut self.memory {
            memory.copy_within(range, offset);
        }
    }

    /// Drops everything after so many bytes.
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
