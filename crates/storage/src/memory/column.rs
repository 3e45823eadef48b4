//! A column with the numbers of one field by slot, for ranges and orders.

use std::collections::HashMap;

/// Stands for a document without a number; the number itself is stored in `special`.
const NONE: i64 = i64::MIN;

/// The least number of each slot, and all numbers of documents with several.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// The least number of each slot.
    least: Vec<i64>,
    /// All numbers, the least first, of documents that have several, or one at a limit of the range.
    special: HashMap<u32, Box<[i64]>>,
}

impl Column {
    /// Replaces the numbers of a slot: the least first.
    pub(super) fn set(&mut self, slot: u32, numbers: &[i64]) {
        let place = slot as usize;
        if self.least.len() <= place {
            self.least.resize(place + 1, NONE);
        }
        self.least[place] = numbers.first().copied().unwrap_or(NONE);
        if numbers.len() > 1 || matches!(numbers, [NONE | i64::MAX]) {
            self.special.insert(slot, numbers.into());
        } else if !self.special.is_empty() {
            self.special.remove(&slot);
        }
    }

    /// Whether every document has at most one number, and none at a limit of the range.
    pub(super) fn is_plain(&self) -> bool {
        self.special.is_empty()
    }

    /// The least number of a slot.
    pub(super) fn least(&self, slot: u32) -> Option<i64> {
        let least = self.least.get(slot as usize).copied().filter(|least| *least != NONE);
        least.or_else(|| self.more(slot).and_then(|numbers| numbers.first().copied()))
    }

    /// Whether any number of a slot matches.
    pub(super) fn any(&self, slot: u32, fits: impl Fn(i64) -> bool) -> bool {
        match self.more(slot) {
            Some(numbers) => numbers.iter().any(|number| fits(*number)),
            None => self.least.get(slot as usize).is_some_and(|least| *least != NONE && fits(*least)),
        }
    }

    fn more(&self, slot: u32) -> Option<&[i64]> {
        if self.special.is_empty() { None } else { self.special.get(&slot).map(AsRef::as_ref) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_a_document_counts_and_the_least_orders_it() {
        let mut column = Column::default();
        column.set(3, &[5]);
        column.set(1, &[-7, 9]);
        column.set(2, &[i64::MIN]);
        let least: Vec<Option<i64>> = (0..5).map(|slot| column.least(slot)).collect();
        assert_eq!(least, [None, Some(-7), Some(i64::MIN), Some(5), None]);
        assert!(column.any(1, |number| number == 9) && column.any(2, |number| number < 0));
        assert!(!column.any(0, |_| true) && !column.any(3, |number| number != 5) && !column.any(9, |_| true));
        column.set(1, &[4]);
        column.set(2, &[]);
        assert_eq!((column.least(1), column.least(2)), (Some(4), None));
        assert!(!column.any(1, |number| number == 9) && !column.any(2, |_| true));
    }
}
