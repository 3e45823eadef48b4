//! Sort orders in the query DSL: the sort clause, the sort values of documents, and queries for the documents before,
//! at and after a value.

use serde_json::{Value, json};
use tributary_domain::{FieldKind, IndexedField, MissingValues, Order, SortOrder, SortValue};

use super::compile::{any, any_of, exists, not, nothing, range};
use super::indices::Index;
use super::wire::Hit;
use crate::StoreError;

/// A sort order by a field; ties are broken by id elsewhere, since servers cannot sort by id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sorting<'i> {
    index: &'i Index,
    pub(super) order: Order,
    pub(super) field: Option<&'static IndexedField>,
}

impl<'i> Sorting<'i> {
    pub(super) fn new(index: &'i Index, order: Order) -> Self {
        Self { index, order, field: order.field.and_then(|path| index.collection.field(path)) }
    }

    /// The sort clause of a search; the least of several values counts in both directions.
    pub(super) fn sort(&self) -> Value {
        let Some(field) = self.field else { return json!(["_doc"]) };
        let missing = match (self.order.direction, self.order.missing) {
            (SortOrder::Descending, MissingValues::Greatest) => "_first",
            _ => "_last",
        };
        let direction = self.order.direction;
        json!([{ self.index.field(field.path): { "order": direction, "missing": missing, "mode": "min" } }])
    }

    /// The value by which a server sorted a document.
    pub(super) fn value(&self, hit: &Hit<'_>) -> Option<SortValue> {
        let field = self.field?;
        let found = hit.sort_value();
        match field.kind {
            FieldKind::Date | FieldKind::Number => {
                found.as_i64().filter(|number| !self.is_like_missing(field, *number)).map(SortValue::Number)
            }
            // A number at the limit of its range, in any notation, represents a missing value.
            FieldKind::Boolean => match found.as_i64() {
                Some(0) => Some(SortValue::Word("false".to_owned())),
                Some(1) => Some(SortValue::Word("true".to_owned())),
                _ => None,
            },
            _ => found.as_str().map(|word| SortValue::Word(word.to_owned())),
        }
    }

    /// Whether servers sort documents with this number among those without one: at a limit of its type, or of all types.
    fn is_like_missing(&self, field: &IndexedField, number: i64) -> bool {
        let (least, greatest) = self.index.limits(field.path);
        let number = if number == least { i64::MIN } else { number };
        self.order.is_like_missing(if number == greatest { i64::MAX } else { number })
    }

    /// Rejects a value of another kind than that of the order.
    pub(super) fn check(&self, value: Option<&SortValue>) -> Result<(), StoreError> {
        let is_right = match (value, self.field) {
            (None, _) => true,
            (Some(SortValue::Number(_)), Some(field)) => field.is_numeric(),
            (Some(SortValue::Word(_)), Some(field)) => !field.is_numeric(),
            (Some(_), None) => false,
        };
        if is_right {
            Ok(())
        } else {
            Err(StoreError::Rejected("the key is of a list in another order".to_owned()))
        }
    }

    /// The number right before a value in the order: a search after it begins with the value. `None` for what is no number
    /// or at a limit.
    pub(super) fn just_before(&self, value: Option<&SortValue>) -> Option<i64> {
        let (Some(SortValue::Number(number)), Some(field)) = (value, self.field) else { return None };
        let (least, greatest) = self.index.limits(field.path);
        let before = if self.ends().0 { number.checked_sub(1)? } else { number.checked_add(1)? };
        (least < before && before < greatest).then_some(before)
    }

    /// Matches the documents of a value.
    pub(super) fn at(&self, value: Option<&SortValue>) -> Value {
        match (value, self.field) {
            (_, None) => json!({ "match_all": {} }),
            (None, Some(field)) => not(&self.valued(field)),
            (Some(value), Some(field)) => {
                let path = field.path;
                let with = match value {
                    SortValue::Number(number) => {
                        range(self.index, path, Some(*number), number.checked_add(1))
                    }
                    SortValue::Word(word) => any_of(self.index, path, &[word]),
                };
                // A document with several values is sorted by the least.
                json!({ "bool": { "filter": with, "must_not": self.less(field, value) } })
            }
        }
    }

    /// Matches the documents before those of a value in the list.
    pub(super) fn before(&self, value: Option<&SortValue>) -> Value {
        let Some(field) = self.field else { return nothing() };
        let (is_ascending, is_missing_last) = self.ends();
        match value {
            None if is_missing_last => self.valued(field),
            None => nothing(),
            Some(value) if is_ascending => self.less(field, value),
            Some(value) if is_missing_last => {
                let with = exists(self.index, field.path);
                json!({ "bool": { "filter": with, "must_not": self.up_to(field, value) } })
            }
            Some(value) => not(&self.up_to(field, value)),
        }
    }

    /// Matches the documents after those of a value in the list.
    pub(super) fn after(&self, value: Option<&SortValue>) -> Value {
        let Some(field) = self.field else { return nothing() };
        let (is_ascending, is_missing_last) = self.ends();
        match value {
            None if is_missing_last => nothing(),
            None => self.valued(field),
            Some(value) if is_ascending => not(&self.up_to(field, value)),
            Some(value) if is_missing_last => {
                any(vec![self.less(field, value), not(&exists(self.index, field.path))])
            }
            Some(value) => self.less(field, value),
        }
    }

    /// Whether small values come first, and whether documents without a value come last.
    fn ends(&self) -> (bool, bool) {
        let is_ascending = self.order.direction == SortOrder::Ascending;
        (is_ascending, is_ascending || self.order.missing == MissingValues::Last)
    }

    /// Matches documents with a value that servers do not treat as missing.
    fn valued(&self, field: &IndexedField) -> Value {
        let path = field.path;
        if !field.is_numeric() {
            return exists(self.index, path);
        }
        let (least, greatest) = self.index.limits(path);
        if self.order.is_like_missing(i64::MAX) {
            return range(self.index, path, None, Some(greatest));
        }
        let least = range(self.index, path, None, Some(least + 1));
        json!({ "bool": { "filter": exists(self.index, path), "must_not": least } })
    }

    /// Matches documents with a smaller value.
    fn less(&self, field: &IndexedField, value: &SortValue) -> Value {
        match value {
            SortValue::Number(number) => range(self.index, field.path, None, Some(*number)),
            SortValue::Word(word) => self.words(field, "lt", word, |known| known < word.as_str()),
        }
    }

    /// Matches documents with this value or a smaller one.
    fn up_to(&self, field: &IndexedField, value: &SortValue) -> Value {
        match value {
            SortValue::Number(number) => range(self.index, field.path, None, number.checked_add(1)),
            SortValue::Word(word) => self.words(field, "lte", word, |known| known <= word.as_str()),
        }
    }

    fn words(
        &self,
        field: &IndexedField,
        comparison: &str,
        word: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Value {
        if field.kind == FieldKind::Boolean {
            let words: Vec<&str> = ["false", "true"].into_iter().filter(|known| fits(known)).collect();
            return any_of(self.index, field.path, &words);
        }
        json!({ "range": { self.index.field(field.path): { comparison: word } } })
    }
}
