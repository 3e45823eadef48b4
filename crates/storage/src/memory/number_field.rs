//! The numbers or dates of one field, and the order of documents by them.

use std::sync::OnceLock;

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
    /// order. Documents without a number stand where `i64::MAX` does. It is built for the first list that needs it: most
    /// services never need all, and each takes 8 bytes for a document and its share of each change.
    pub(super) order: Option<OnceLock<SlotOrder>>,
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
        let Some(order) = order.as_mut().and_then(OnceLock::get_mut) else {
            return column.set(slot, numbers);
        };
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
        if let Some(order) = self.order.as_mut().and_then(OnceLock::get_mut) {
            order.remove(slot);
        }
        self.column.set(slot, &[]);
    }

    /// Its order; `all` are the slots of all documents, best in the order of their ids.
    pub(super) fn order(&self, slots: &Slots, all: impl Iterator<Item = u32>) -> Option<&SlotOrder> {
        let sorted = || {
            let mut numbered: Vec<(i64, u32)> =
                all.map(|slot| (self.keys(slots).number(slot), slot)).collect();
            numbered.sort_by_key(|(number, _)| *number);
            for same in numbered.chunk_by_mut(|left, right| left.0 == right.0) {
                if !same.is_sorted_by_key(|(_, slot)| slots.id(*slot)) {
                    sort_by_id(same, slots);
                }
            }
            SlotOrder::laid_out(&numbered.into_iter().map(|(_, slot)| slot).collect::<Vec<u32>>())
        };
        Some(self.order.as_ref()?.get_or_init(sorted))
    }
}

fn sort_by_id(numbered: &mut [(i64, u32)], slots: &Slots) {
    // Most ids differ in their first bytes, which are fetched once each.
    let prefix = |&(_, slot): &(i64, u32)| {
        let id = slots.id(slot).as_bytes();
        let mut prefix = [0; 16];
        let length = id.len().min(16);
        prefix[..length].copy_from_slice(&id[..length]);
        (u128::from_be_bytes(prefix), slot)
    };
    let mut sorted: Vec<(u128, u32)> = numbered.iter().map(prefix).collect();
    sorted.sort_unstable_by(|left, right| {
        left.0.cmp(&right.0).then_with(|| slots.id(left.1).cmp(slots.id(right.1)))
    });
    for (place, (_, slot)) in numbered.iter_mut().zip(sorted) {
        place.1 = slot;
    }
}
