//! A column with the numbers of one field by slot, for ranges and orders.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::index::ColumnNumbers;

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
    /// Replaces the numbers of a slot, in ascending order.
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

    fn more(&self, slot: u32) -> Option<&[i64]> {
        if self.special.is_empty() { None } else { self.special.get(&slot).map(AsRef::as_ref) }
    }
}

impl ColumnNumbers for Column {
    fn limits(&self, slot: u32) -> Option<[i64; 2]> {
        match self.more(slot) {
            Some(numbers) => Some([*numbers.first()?, *numbers.last()?]),
            None => self.least(slot).map(|number| [number; 2]),
        }
    }

    fn any_in(&self, slot: u32, range: &RangeInclusive<i64>) -> bool {
        match self.more(slot) {
            Some(numbers) => numbers.iter().any(|number| range.contains(number)),
            None => self.least(slot).is_some_and(|number| range.contains(&number)),
        }
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
        let all = i64::MIN..=i64::MAX;
        assert!(column.any_in(1, &(9..=9)) && column.any_in(2, &(i64::MIN..=-1)));
        assert!(!column.any_in(0, &all) && !column.any_in(3, &(6..=9)) && !column.any_in(9, &all));
        assert_eq!(
            (column.limits(1), column.limits(3), column.limits(0)),
            (Some([-7, 9]), Some([5, 5]), None)
        );
        column.set(1, &[4]);
        column.set(2, &[]);
        assert_eq!((column.least(1), column.least(2)), (Some(4), None));
        assert!(!column.any_in(1, &(9..=9)) && !column.any_in(2, &all));
    }
}
