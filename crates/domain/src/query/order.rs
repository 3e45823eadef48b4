//! The sort order of lists.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::sort_order::SortOrder;
use crate::{Collection, Document};

/// Where documents without a value in the sort field are placed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum MissingValues {
    /// As if their value was greater than all others: last in ascending order, first in descending.
    #[default]
    Greatest,
    /// Last in both directions.
    Last,
}

/// A sort order: by the least value of a field, with ties broken by the bytes of the id. It is total, so that pages
/// neither overlap nor skip documents while nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The path of the field; `None` to sort by id alone.
    pub field: Option<&'static str>,
    /// The direction, of values and of ids.
    pub direction: SortOrder,
    /// Where documents without a value are placed.
    pub missing: MissingValues,
}

/// The value by which a document is sorted; in JSON a number or a string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortValue {
    /// A number, or a date in milliseconds since 1970.
    Number(i64),
    /// A keyword, compared by its bytes.
    Word(String),
}

/// The position of a document in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The least value of the field; `None` if the document has none.
    pub value: Option<SortValue>,
    /// The id of the document.
    pub id: String,
}

impl Order {
    /// Ascending by a field, or by id alone.
    #[must_use]
    pub const fn by(field: Option<&'static str>) -> Self {
        Self { field, direction: SortOrder::Ascending, missing: MissingValues::Greatest }
    }

    /// The same order in this direction.
    #[must_use]
    pub const fn directed(self, direction: SortOrder) -> Self {
        Self { direction, ..self }
    }

    /// Whether no document ever changes its position.
    #[must_use]
    pub fn is_constant(self, collection: Collection) -> bool {
        self.field.is_none_or(|path| collection.moving_fields().all(|field| field.path != path))
    }

    /// The sort key of a document of a collection.
    #[must_use]
    pub fn key(&self, collection: Collection, id: &str, document: &Document) -> SortKey {
        let field = self.field.and_then(|path| collection.field(path));
        let value = field.and_then(|field| {
            let number = field.numbers(document).into_iter().next();
            let number = number.filter(|number| !self.is_like_missing(*number)).map(SortValue::Number);
            number.or_else(|| field.words(document).into_iter().next().map(SortValue::Word))
        });
        SortKey { value, id: id.to_owned() }
    }

    /// Whether documents with this number are placed among those without one: search engines sort the latter as if
    /// they had the number at the limit of the range.
    #[must_use]
    pub const fn is_like_missing(&self, number: i64) -> bool {
        match (self.direction, self.missing) {
            (SortOrder::Descending, MissingValues::Last) => number == i64::MIN,
            _ => number == i64::MAX,
        }
    }

    /// Compares two documents by their positions in the list.
    #[must_use]
    pub fn compare(&self, left: &SortKey, right: &SortKey) -> Ordering {
        let ids = || left.id.as_bytes().cmp(right.id.as_bytes());
        self.compare_with(left.value.as_ref(), right.value.as_ref(), ids)
    }

    /// Compares two documents by their values, then by their ids in ascending order.
    pub fn compare_with<V: Ord>(
        &self,
        left: Option<&V>,
        right: Option<&V>,
        ids: impl FnOnce() -> Ordering,
    ) -> Ordering {
        let is_missing = left.is_none().cmp(&right.is_none());
        let values = left.cmp(&right).then_with(ids);
        match (self.direction, self.missing) {
            (SortOrder::Ascending, _) => is_missing.then(values),
            (SortOrder::Descending, MissingValues::Greatest) => is_missing.then(values).reverse(),
            (SortOrder::Descending, MissingValues::Last) => is_missing.then(values.reverse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_without_a_value_come_where_the_order_says() {
        let key =
            |value: Option<i64>, id: &str| SortKey { value: value.map(SortValue::Number), id: id.to_owned() };
        let sorted = |direction, missing| {
            let order = Order { field: Some("created_at"), direction, missing };
            let mut keys =
                [key(None, "a"), key(Some(2), "b"), key(Some(1), "c"), key(None, "d"), key(Some(2), "e")];
            keys.sort_by(|left, right| order.compare(left, right));
            keys.map(|key| key.id).concat()
        };
        assert_eq!(sorted(SortOrder::Ascending, MissingValues::Greatest), "cbead");
        assert_eq!(sorted(SortOrder::Ascending, MissingValues::Last), "cbead");
        assert_eq!(sorted(SortOrder::Descending, MissingValues::Greatest), "daebc");
        assert_eq!(sorted(SortOrder::Descending, MissingValues::Last), "ebcda");
    }
}
