//! What documents are found and ordered by.

/// A field that documents can be filtered by; the caller numbers its fields, best from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(pub u8);

/// One filter: a field and its allowed values, of which a document needs at least one.
pub type Filter<'a> = (Field, &'a [&'a str]);

/// What documents are ordered by: a number first, such as a time, then the bytes of a word, then those of the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey<'a> {
    /// The number; a document without a value has `i64::MAX`.
    pub number: i64,
    /// The word; empty where documents are ordered by a number.
    pub word: &'a str,
    /// The document's id, which no other document shares.
    pub id: &'a str,
}

/// Looks up sort keys, so that the index needs no copy of them.
pub trait Keys {
    /// The key of a slot; the index only asks for slots that it holds or is being given.
    fn key(&self, slot: u32) -> OrderKey<'_>;
}
