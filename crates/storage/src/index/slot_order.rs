//! A further order of the same documents, without values.

use std::ops::Range;

use super::chunk::Move;
use super::key::{Keys, OrderKey};
use super::order::{Follower, Order};

/// Slots in the order of their keys. A slot has a position of its own in each order.
#[derive(Default)]
pub struct SlotOrder(Order);

/// Nothing depends on the positions.
struct NoFollower;

impl Follower for NoFollower {
    fn moved(&mut self, _: &[Move]) {}

    fn relabelled(&mut self, _: &[(u16, u16)]) {}
}

impl SlotOrder {
    /// An order of slots that are sorted already.
    #[must_use]
    pub fn laid_out(slots: &[u32]) -> Self {
        Self(Order::laid_out(slots))
    }

    /// Whether a slot has a position.
    #[must_use]
    pub fn contains(&self, slot: u32) -> bool {
        self.0.position(slot).is_some()
    }

    /// Adds a slot without a position.
    pub fn insert(&mut self, slot: u32, keys: &impl Keys) {
        self.0.insert(slot, keys, &mut NoFollower);
    }

    /// Removes a slot, if it has a position.
    pub fn remove(&mut self, slot: u32) {
        self.0.remove(slot, &mut NoFollower);
    }

    /// The first position that may have a key that is not below a key, and the first that may have one above it.
    #[must_use]
    pub fn ends(&self, key: OrderKey<'_>, keys: &impl Keys) -> [u32; 2] {
        self.0.ends(key, keys)
    }

    /// The slots at these positions, in order.
    pub fn slots_in(&self, positions: Range<u32>) -> impl DoubleEndedIterator<Item = u32> {
        self.0.slots_in(positions)
    }
}
