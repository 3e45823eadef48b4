//! Fields, filters and sort keys.

/// A filterable field; the caller numbers its fields, preferably from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(pub u8);

/// A filter: a field and its allowed values, of which a document must have at least one.
pub type Filter<'a> = (Field, &'a [&'a str]);

/// The sort key of a document: ordered by a number, such as a time, then by the bytes of a word, then by those of the
/// id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey<'a> {
    /// The number; a document without a value has `i64::MAX`.
    pub number: i64,
    /// The word; empty if documents are ordered by a number.
    pub word: &'a str,
    /// The document's unique id.
    pub id: &'a str,
}

/// Access to the sort keys, of which the index has no copy.
pub trait Keys {
    /// The key of a slot that is in the index or being inserted.
    fn key(&self, slot: u32) -> OrderKey<'_>;

    /// Whether the key of a slot is below another; faster than comparing whole keys where most numbers differ and ids
    /// take long to fetch.
    fn is_below(&self, slot: u32, key: OrderKey<'_>) -> bool {
        self.key(slot) < key
    }
}
