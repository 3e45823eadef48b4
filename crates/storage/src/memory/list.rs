//! Lists and counts of the documents that match a query.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use tributary_domain::{MissingValues, Order, Query, SortKey, SortOrder, SortValue, Window};

use super::indexed::Indexed;
use crate::index::OrderKey;
use crate::{Counts, Page};

/// A borrowed sort value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum OrderValue<'a> {
    Number(i64),
    Word(&'a str),
}

impl Indexed {
    /// The requested page of a query, and the total number of matches.
    pub(super) fn list(&self, query: &Query) -> Page {
        let matching = self.matching(&query.conditions);
        let (slots, from_here) = if self.is_in_place(query.order) {
            self.page_in_place(&matching, query)
        } else {
            self.sorted_page(&matching, query)
        };
        let last = slots.last().filter(|_| query.window.continues_after(slots.len(), from_here));
        let next = last.map(|slot| self.key(query.order, *slot));
        Page { count: matching.len(), documents: self.slots.arena.joined(&slots), next }
    }

    /// Whether this is the order of the index, or its reverse.
    fn is_in_place(&self, order: Order) -> bool {
        let is_reversed = order.direction == SortOrder::Descending && order.missing == MissingValues::Last;
        order.field == self.collection.order && !(is_reversed && order.field.is_some())
    }

    /// The slots of the page, and how many match from its start on.
    fn page_in_place(&self, matching: &RoaringBitmap, query: &Query) -> (Vec<u32>, u64) {
        let size = query.window.size() as usize;
        let is_ascending = query.order.direction == SortOrder::Ascending;
        let from = match &query.window {
            Window::Offset { from, .. } => u64::from(*from),
            Window::After { key: None, .. } => 0,
            Window::After { key: Some(key), .. } => {
                let [below, up_to] = self.index.ranks(matching, self.place_key(key), &self.slots);
                if is_ascending { up_to } else { matching.len() - below }
            }
        };
        let slots = if is_ascending {
            self.index.page(matching, from, size)
        } else {
            self.index.page_from_end(matching, from, size)
        };
        (slots, matching.len().saturating_sub(from))
    }

    /// The same in an order without an index: all matches are examined, and as many sorted as needed.
    fn sorted_page(&self, matching: &RoaringBitmap, query: &Query) -> (Vec<u32>, u64) {
        let order = query.order;
        let compare = |left: &(Option<OrderValue<'_>>, u32), right: &(Option<OrderValue<'_>>, u32)| {
            order.compare_with(left.0.as_ref(), right.0.as_ref(), || {
                self.slots.id(left.1).cmp(self.slots.id(right.1))
            })
        };
        let after = match &query.window {
            Window::After { key, .. } => key.as_ref(),
            Window::Offset { .. } => None,
        };
        let is_after = |value: Option<&OrderValue<'_>>, slot: u32| {
            after.is_none_or(|key| {
                let known = key.value.as_ref().map(OrderValue::of);
                let ids = || self.slots.id(slot).cmp(&key.id);
                order.compare_with(value, known.as_ref(), ids) == Ordering::Greater
            })
        };
        let slots = self.index.entries_at(matching.iter()).map(|(_, slot)| slot);
        let valued = slots.map(|slot| (self.value(order, slot), slot));
        let mut found: Vec<_> = valued.filter(|(value, slot)| is_after(value.as_ref(), *slot)).collect();
        let from = match query.window {
            Window::Offset { from, .. } => from as usize,
            Window::After { .. } => 0,
        };
        let from_here = found.len().saturating_sub(from) as u64;
        let end = from.saturating_add(query.window.size() as usize);
        if end < found.len() {
            found.select_nth_unstable_by(end, compare);
            found.truncate(end);
        }
        found.sort_unstable_by(compare);
        (found.into_iter().skip(from).map(|(_, slot)| slot).collect(), from_here)
    }

    /// The value of a document in the field of an order.
    fn value(&self, order: Order, slot: u32) -> Option<OrderValue<'_>> {
        let field = self.collection.field(order.field?)?;
        if field.is_numeric() {
            let number = self.columns.get(&self.number_of(field.path)?)?.least(slot);
            return number.filter(|number| !order.is_like_missing(*number)).map(OrderValue::Number);
        }
        if Some(field.path) == self.collection.order {
            return (self.slots.number(slot) == 0).then(|| OrderValue::Word(self.slots.order_word(slot)));
        }
        self.index.values_of_slot(slot, self.index_field(field.path)).min().map(OrderValue::Word)
    }

    fn key(&self, order: Order, slot: u32) -> SortKey {
        let value = self.value(order, slot).map(|value| match value {
            OrderValue::Number(number) => SortValue::Number(number),
            OrderValue::Word(word) => SortValue::Word(word.to_owned()),
        });
        SortKey { value, id: self.slots.id(slot).to_owned() }
    }

    /// A key in the order of the collection.
    fn place_key<'k>(&self, key: &'k SortKey) -> OrderKey<'k> {
        let (number, word) = match &key.value {
            Some(SortValue::Number(number)) => (*number, ""),
            Some(SortValue::Word(word)) => (0, word.as_str()),
            None if self.collection.order.is_none() => (0, ""),
            None => (i64::MAX, ""),
        };
        OrderKey { number, word, id: &key.id }
    }

    /// The number of matches, in total and grouped by the words in some fields.
    pub(super) fn count(&self, query: &Query, by: &[&'static str]) -> Counts {
        let matching = self.matching(&query.conditions);
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
        let Some((path, rest)) = by.split_first() else {
            groups.insert(group.clone(), matching.len());
            return;
        };
        let mut without = matching.clone();
        for (word, positions) in self.index.values_of(self.index_field(path)) {
            let with = matching & positions;
            if with.is_empty() {
                continue;
            }
            without -= positions;
            group.push(Some(word.to_owned()));
            self.count_groups(&with, rest, group, groups);
            group.pop();
        }
        if !without.is_empty() {
            group.push(None);
            self.count_groups(&without, rest, group, groups);
            group.pop();
        }
    }
}

impl<'a> OrderValue<'a> {
    fn of(value: &'a SortValue) -> Self {
        match value {
            SortValue::Number(number) => Self::Number(*number),
            SortValue::Word(word) => Self::Word(word),
        }
    }
}
