//! Lists and counts of the documents that match a query.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use itertools::Either;
use roaring::RoaringBitmap;
use tributary_domain::{
    Condition, IndexedField, MissingValues, Order, Query, SortKey, SortOrder, SortValue, Window,
};

use super::indexed::Indexed;
use super::matches::{EVERYWHERE, MatchingPositions, intersection};
use super::operation::{MISSING, PRESENT};
use super::order_history::Moved;
use super::order_value::OrderValue;
use super::sections::Sections;
use crate::index::{Field, OrderKey};
use crate::{Counts, Page, StoreError};

impl Indexed {
    /// The requested page of a query, and the total number of matches; `since` is the sequence number of the latest change
    /// at the moment whose order the list has, if that is kept.
    pub(super) fn list(&self, query: &Query, since: Option<u64>) -> Result<Page, StoreError> {
        let moved = since.map(|since| self.moved_after(query.order, since)).transpose()?.unwrap_or_default();
        let matching = self.matching(&query.conditions);
        let count = matching.len();
        let mut slots = if moved.is_empty() {
            self.page(&matching, query)
        } else {
            self.page_with_moved(&matching, query, &moved)
        };
        let found = slots.len() as u64;
        slots.truncate(query.window.size() as usize);
        let last = slots.last().filter(|_| query.window.continues_after(slots.len(), found));
        let next = last.map(|slot| self.key(query.order, *slot, &moved));
        Ok(Page { count, documents: self.slots.arena.joined(&slots), next, point_in_time: None })
    }

    /// The documents of a page, and one more if there is one.
    pub(super) fn page(&self, matching: &MatchingPositions<'_>, query: &Query) -> Vec<u32> {
        self.page_in_place(matching, query)
            .or_else(|| self.walked_page(matching, matching.len(), query))
            .unwrap_or_else(|| self.sorted_page(matching, query))
    }

    /// A page in the collection's own order.
    fn page_in_place(&self, matching: &MatchingPositions<'_>, query: &Query) -> Option<Vec<u32>> {
        if query.order.field != self.collection.order || !self.is_in_order(query.order) {
            return None;
        }
        let (key, mut from, size) = window(query);
        let ends = |key: OrderKey<'_>| self.index.ends(key, &self.slots);
        let sections = Sections::new(query.order, key.map(|key| Self::place_key(query.order, key)), ends);
        let Sections { ranges, is_ascending } = sections.within(&matching.positions);
        let mut slots = Vec::new();
        for range in ranges.into_iter().filter(|range| !range.is_empty()) {
            let missing = size - slots.len();
            let found = if is_ascending {
                self.index.page(&matching.bitmap, range.clone(), from, missing)
            } else {
                self.index.page_from_end(&matching.bitmap, range.clone(), from, missing)
            };
            slots.extend(found);
            if slots.len() == size {
                break;
            }
            from = if slots.is_empty() && from > 0 {
                from.saturating_sub(matching.bitmap.range_cardinality(range))
            } else {
                0
            };
        }
        Some(slots)
    }

    /// Whether documents stand in this order where its rules want them, or where its reverse does: numbers at a limit of
    /// the range stand among missing ones only in some orders.
    fn is_in_order(&self, order: Order) -> bool {
        let is_reversed = order.direction == SortOrder::Descending && order.missing == MissingValues::Last;
        let field = order.field.and_then(|path| self.number_field(path));
        !is_reversed || field.is_none_or(|(_, field)| field.column.is_plain())
    }

    /// A page in the order of a field of numbers, found by walking through the order; `None` if examining all matches is
    /// expected to be faster.
    fn walked_page(&self, matching: &MatchingPositions<'_>, count: u64, query: &Query) -> Option<Vec<u32>> {
        let path = query.order.field?;
        let (_, field) = self.number_field(path)?;
        if !self.is_in_order(query.order) {
            return None;
        }
        let (key, from, size) = window(query);
        let wanted = from.saturating_add(size as u64);
        let expected_steps = wanted.saturating_mul(self.index.len()).checked_div(count)?;
        if expected_steps > count / 2 {
            return None;
        }
        let order = field.order(&self.slots, self.index.slots())?;
        let keys = field.keys(&self.slots);
        let ends = |key: OrderKey<'_>| order.ends(key, &keys);
        let sections = Sections::new(query.order, key.map(|key| Self::place_key(query.order, key)), ends);
        let start = |number| ends(OrderKey { number, word: "", id: "" })[0];
        let sections = if field.column.is_plain() {
            // What is outside of a range need not be walked through.
            sections.within(&range_of_field(query, start))
        } else {
            sections
        };
        // Where no match has a value, the walk begins with the documents that have none.
        let present = self.index.value(Field(PRESENT), path);
        let is_missing = present.is_some_and(|present| present.is_disjoint(&matching.bitmap));
        let sections = if is_missing { sections.within(&(start(i64::MAX)..u32::MAX)) } else { sections };
        let Sections { ranges: [first, second], is_ascending } = sections;
        let slots = if is_ascending {
            Either::Left(order.slots_in(first).chain(order.slots_in(second)))
        } else {
            Either::Right(order.slots_in(first).rev().chain(order.slots_in(second).rev()))
        };
        let is_every = count == self.index.len();
        let mut left = count;
        let mut page = Vec::with_capacity(size);
        let mut skipped = 0;
        for slot in slots {
            if page.len() == size {
                break;
            }
            // Where the matches stand late in the order, the walk may take longer than it would take to sort them.
            left = left.checked_sub(1)?;
            if !is_every && !self.index.position(slot).is_some_and(|position| matching.contains(position)) {
                continue;
            }
            if skipped < from {
                skipped += 1;
            } else {
                page.push(slot);
            }
        }
        Some(page)
    }

    /// A page in an order without an index: all matches are examined, and as many sorted as needed.
    fn sorted_page(&self, matching: &MatchingPositions<'_>, query: &Query) -> Vec<u32> {
        let slots = self.index.entries_at(matching.iter()).map(|(_, slot)| slot);
        self.sorted(slots.map(|slot| (self.value(query.order, slot), slot)), query)
    }

    /// The documents of a page among these documents with their values: as many are sorted as needed.
    pub(super) fn sorted<'v>(
        &self,
        valued: impl Iterator<Item = (Option<OrderValue<'v>>, u32)>,
        query: &Query,
    ) -> Vec<u32> {
        let order = query.order;
        let compare = |left: &(Option<OrderValue<'_>>, u32), right: &(Option<OrderValue<'_>>, u32)| {
            order.compare_with(left.0.as_ref(), right.0.as_ref(), || {
                self.slots.id(left.1).cmp(self.slots.id(right.1))
            })
        };
        let (after, from, size) = window(query);
        let is_after = |value: Option<&OrderValue<'_>>, slot: u32| {
            after.is_none_or(|key| {
                let known = key.value.as_ref().map(OrderValue::of);
                let ids = || self.slots.id(slot).cmp(&key.id);
                order.compare_with(value, known.as_ref(), ids) == Ordering::Greater
            })
        };
        let mut found: Vec<_> = valued.filter(|(value, slot)| is_after(value.as_ref(), *slot)).collect();
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let end = from.saturating_add(size);
        // Ids take long to compare, and all documents without a value are compared by them: most pages need none of those.
        let is_missing_first =
            order.direction == SortOrder::Descending && order.missing == MissingValues::Greatest;
        let valued = found.iter().filter(|(value, _)| value.is_some()).count();
        if !is_missing_first && valued >= end {
            found.retain(|(value, _)| value.is_some());
        }
        if end < found.len() {
            found.select_nth_unstable_by(end, compare);
            found.truncate(end);
        }
        found.sort_unstable_by(compare);
        found.into_iter().skip(from).map(|(_, slot)| slot).collect()
    }

    /// The value of a document in an order.
    pub(super) fn value(&self, order: Order, slot: u32) -> Option<OrderValue<'_>> {
        self.value_in(self.collection.field(order.field?)?, slot).filter(|value| value.is_in(order))
    }

    /// The least value of a document in a field.
    pub(super) fn value_in(&self, field: &IndexedField, slot: u32) -> Option<OrderValue<'_>> {
        if field.is_numeric() {
            return self.number_field(field.path)?.1.column.least(slot).map(OrderValue::Number);
        }
        if Some(field.path) == self.collection.order {
            return (self.slots.number(slot) == 0).then(|| OrderValue::Word(self.slots.order_word(slot)));
        }
        self.index.values_of_slot(slot, self.index_field(field.path)).min().map(OrderValue::Word)
    }

    /// The key of a document in an order.
    fn key(&self, order: Order, slot: u32, moved: &Moved<'_>) -> SortKey {
        let value = self.value_at(order, slot, moved);
        SortKey { value: value.map(SortValue::from), id: self.slots.id(slot).to_owned() }
    }

    /// A key of a list as a key of the index for its order.
    fn place_key(order: Order, key: &SortKey) -> OrderKey<'_> {
        let (number, word) = match &key.value {
            Some(SortValue::Number(number)) => (*number, ""),
            Some(SortValue::Word(word)) => (0, word.as_str()),
            None if order.field.is_none() => (0, ""),
            None => (i64::MAX, ""),
        };
        OrderKey { number, word, id: &key.id }
    }

    /// The number of matches, in total and grouped by the words in some fields.
    pub(super) fn count(&self, query: &Query, by: &[&'static str]) -> Counts {
        let matching = self.matching(&query.conditions).into_bitmap();
        let mut groups = BTreeMap::new();
        if !by.is_empty() && !matching.is_empty() {
            self.count_groups(&matching, by, &mut Vec::new(), &mut groups);
        }
        Counts { total: matching.len(), groups }
    }

    /// Counts documents in `group` by the remaining fields.
    fn count_groups(
        &self,
        matching: &RoaringBitmap,
        by: &[&'static str],
        group: &mut Vec<Option<String>>,
        groups: &mut BTreeMap<Vec<Option<String>>, u64>,
    ) {
        let Some((path, rest)) = by.split_first() else { return };
        let words =
            self.index.values_of(self.index_field(path)).map(|(word, positions)| (Some(word), positions));
        let missing = self.index.value(Field(MISSING), path).map(|positions| (None, positions));
        for (word, positions) in words.chain(missing) {
            group.push(word.map(str::to_owned));
            if rest.is_empty() {
                // Only counted: the documents need not be found.
                let count = matching.intersection_len(positions);
                if count > 0 {
                    groups.insert(group.clone(), count);
                }
            } else {
                let with = matching & positions;
                if !with.is_empty() {
                    self.count_groups(&with, rest, group, groups);
                }
            }
            group.pop();
        }
    }
}

/// The positions in the order of a query's field of all documents that its conditions on this field leave, if each has at
/// most one number; `start` is where a number begins.
fn range_of_field(query: &Query, start: impl Fn(i64) -> u32) -> Range<u32> {
    let ranges = query.conditions.iter().filter_map(|condition| match condition {
        Condition::Range { field, from, before } if query.order.field == Some(field) => {
            Some(from.map_or(0, &start)..before.map_or(u32::MAX, &start))
        }
        _ => None,
    });
    ranges.fold(EVERYWHERE, |all, range| intersection(&all, &range))
}

/// The key that a page begins after, how many documents it skips, and how many are read: after a key one more than the
/// page has, which tells whether the list goes on.
pub(super) fn window(query: &Query) -> (Option<&SortKey>, u64, usize) {
    let size = query.window.size() as usize;
    match &query.window {
        Window::Offset { from, .. } => (None, u64::from(*from), size),
        Window::After { key, .. } => (key.as_ref(), 0, size.saturating_add(1)),
    }
}
