//! The numbers or dates of one field, and the order of documents by them.

use super::column::Column;
use super::operation::FieldNumber;
use super::slots::Slots;
use crate::index::{Keys, OrderKey, SlotOrder};

/// A field of numbers or dates.
#[derive(Default)]
pub(super) struct NumberField {
    pub(super) number: FieldNumber,
    pub(super) column: Column,
    /// All documents by their least number and their id, if lists are ordered so and that is not the collection's own
    /// order. Documents without a number stand where `i64::MAX` does.
    pub(super) order: Option<SlotOrder>,
}

/// The keys of an order by a field.
pub(super) struct NumberKeys<'a> {
    column: &'a Column,
    slots: &'a Slots,
}

impl Keys for NumberKeys<'_> {
    fn key(&self, slot: u32) -> OrderKey<'_> {
        OrderKey { number: self.number(slot), word: "", id: self.slots.id(slot) }
    }

    fn is_below(&self, slot: u32, key: OrderKey<'_>) -> bool {
        let number = self.number(slot);
        number < key.number || number == key.number && ("", self.slots.id(slot)) < (key.word, key.id)
    }
}

impl NumberKeys<'_> {
    fn number(&self, slot: u32) -> i64 {
        self.column.least(slot).unwrap_or(i64::MAX)
    }
}

impl NumberField {
    /// The keys of its order.
    pub(super) fn keys<'a>(&'a self, slots: &'a Slots) -> NumberKeys<'a> {
        NumberKeys { column: &self.column, slots }
    }

    /// Replaces the numbers of a document, in ascending order.
    pub(super) fn set(&mut self, slot: u32, numbers: &[i64], slots: &Slots) {
        let Self { column, order, .. } = self;
        let Some(order) = order else { return column.set(slot, numbers) };
        if order.contains(slot) && column.least(slot) == numbers.first().copied() {
            return column.set(slot, numbers);
        }
        // Positions are searched by the numbers of the column: the slot has to be out while its number changes.
        order.remove(slot);
        column.set(slot, numbers);
        order.insert(slot, &NumberKeys { column, slots });
    }

    /// Removes the numbers of a document.
    pub(super) fn remove(&mut self, slot: u32) {
        if let Some(order) = &mut self.order {
            order.remove(slot);
        }
        self.column.set(slot, &[]);
    }

    /// Builds the order of all documents, whose numbers are set; `ranks` has the rank of the id of each slot.
    #[cfg(feature = "embedded")]
    pub(super) fn load_order(&mut self, ranks: &[u32]) {
        let Some(order) = &mut self.order else { return };
        let key = |(slot, rank): (u32, &u32)| {
            let number = self.column.least(slot).unwrap_or(i64::MAX).cast_unsigned() ^ 1 << 63;
            u128::from(number) << 64 | u128::from(*rank) << 32 | u128::from(slot)
        };
        let mut keys: Vec<u128> = (0..).zip(ranks).map(key).collect();
        keys.sort_unstable();
        #[expect(clippy::cast_possible_truncation, reason = "the slot is what is wanted")]
        let slots: Vec<u32> = keys.into_iter().map(|key| key as u32).collect();
        *order = SlotOrder::laid_out(&slots);
    }
}

/// The rank of the id of each of the first slots.
#[cfg(feature = "embedded")]
pub(super) fn id_ranks(slots: &Slots, count: usize) -> Vec<u32> {
    // Most ids differ in their first bytes, which are fetched once each.
    let prefix = |slot| {
        let id = slots.id(slot).as_bytes();
        let mut prefix = [0; 16];
        let length = id.len().min(16);
        prefix[..length].copy_from_slice(&id[..length]);
        (u128::from_be_bytes(prefix), slot)
    };
    let mut sorted: Vec<(u128, u32)> = (0..).take(count).map(prefix).collect();
    sorted.sort_unstable_by(|left, right| {
        left.0.cmp(&right.0).then_with(|| slots.id(left.1).cmp(slots.id(right.1)))
    });
    let mut ranks = vec![0; count];
    for (rank, (_, slot)) in (0..).zip(sorted) {
        ranks[slot as usize] = rank;
    }
    ranks
}
