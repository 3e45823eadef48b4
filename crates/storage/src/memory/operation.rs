//! Changes of documents.

use std::borrow::Cow;

use bytes::Bytes;
use tributary_domain::{Collection, Document, Fields, Id, IndexedField};

use crate::{Action, Stored, Version};

/// The precondition of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expectation {
    /// The document does not exist.
    Absent,
    /// The document has this version.
    Version(Version),
}

/// A rendered document and its index terms, computed before any lock is taken.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The JSON text with the id.
    pub rendered: Bytes,
    /// Its index terms.
    pub terms: Terms,
}

/// The number of a field: its place in the schema of its collection.
pub(crate) type FieldNumber = u8;

/// Fields of no schema, whose words are the paths of fields in which a document has a value, ...
pub(super) const PRESENT: FieldNumber = FieldNumber::MAX - 1;
/// ... has none, ...
pub(super) const MISSING: FieldNumber = FieldNumber::MAX - 2;
/// ... has several words. Fields with this number or above cannot be searched.
pub(super) const SEVERAL: FieldNumber = FieldNumber::MAX - 3;

/// The index terms of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Its number in the order of the collection: `i64::MAX`, which sorts last, if it has none; 0 if the order is by
    /// word.
    pub order_number: i64,
    /// Its word in the order of the collection; empty if the order is by number.
    pub order_word: Box<str>,
    /// Its words in the indexed fields, and in those of no schema.
    pub words: Vec<(FieldNumber, Cow<'static, str>)>,
    /// Its numbers and dates in the indexed fields.
    pub numbers: Vec<(FieldNumber, i64)>,
    /// Its unique word.
    pub unique: Option<String>,
}

/// A new state of a document, or its removal.
#[derive(Debug, Clone)]
pub(crate) struct DocumentChange {
    pub collection: Collection,
    pub id: String,
    /// `None` removes the document.
    pub record: Option<Record>,
}

/// A change and its precondition.
#[derive(Debug)]
pub(crate) struct GuardedChange {
    pub change: DocumentChange,
    pub(super) expectation: Expectation,
}

/// A document of a scan. Stored ids are always valid.
pub(super) fn stored(id: &str, document: Bytes) -> Option<Stored> {
    Some(Stored { id: Id::parse("id", id).ok()?, document })
}

impl Record {
    pub(crate) fn new(collection: Collection, id: &str, document: &Document) -> Self {
        let rendered = document.render(id);
        Self {
            terms: Terms::of_document(collection, document),
            rendered: Bytes::from(rendered.into_boxed_str().into_boxed_bytes()),
        }
    }
}

impl Terms {
    /// The terms of a whole document.
    pub(crate) fn of_document(collection: Collection, document: &Document) -> Self {
        let unique = collection.unique.and_then(|unique| unique(document));
        Self { unique, ..Self::of_fields(collection, document) }
    }

    /// The terms of a document of which only the [paths](tributary_domain::CollectionSchema::paths) are known, without the
    /// unique word.
    pub(crate) fn of_fields(collection: Collection, document: &impl Fields) -> Self {
        let mut terms = Self::default();
        let mut first = None;
        for (number, field) in (0..).zip(collection.fields) {
            if !field.is_indexed() {
                continue;
            }
            let is_order = collection.order == Some(field.path);
            let (words, numbers) = (field.words(document), field.numbers(document));
            if is_order {
                let number = numbers.first().copied();
                first = number.or_else(|| words.first().map(|_| 0));
                terms.order_word = words.first().map(|word| word.as_str().into()).unwrap_or_default();
            }
            terms.words.extend(value_mark(collection, field, words.len() + numbers.len()));
            if words.len() > 1 {
                terms.words.push((SEVERAL, field.path.into()));
            }
            terms.words.extend(words.into_iter().map(|word| (number, word.into())));
            terms.numbers.extend(numbers.into_iter().map(|value| (number, value)));
        }
        terms.order_number = first.unwrap_or(if collection.order.is_some() { i64::MAX } else { 0 });
        terms
    }
}

/// Which of the two bitmaps tells what documents have a value in a field, if filters, orders or counts ask for that: `PRESENT`, or
/// `MISSING`, which takes less memory where nearly all have one, as in fields that are counted by.
pub(super) fn kept_mark(collection: Collection, field: &IndexedField) -> Option<FieldNumber> {
    let has_most = field.is_counted || collection.order == Some(field.path);
    let is_asked_for = field.is_filtered || field.is_counted || field.is_sorted;
    is_asked_for.then_some(if has_most { MISSING } else { PRESENT })
}

/// The word by which a document with so many values in a field is found, if it is one that is kept.
fn value_mark(
    collection: Collection,
    field: &IndexedField,
    values: usize,
) -> Option<(FieldNumber, Cow<'static, str>)> {
    let mark = if values == 0 { MISSING } else { PRESENT };
    (kept_mark(collection, field) == Some(mark)).then(|| (mark, field.path.into()))
}

impl GuardedChange {
    /// The change of an operation, with the index terms of the document.
    pub(crate) fn new(collection: Collection, crate::Operation { id, action }: &crate::Operation) -> Self {
        let (expectation, document) = match action {
            Action::Create(document) => (Expectation::Absent, Some(document)),
            Action::Replace(expected, document) => (Expectation::Version(*expected), Some(document)),
            Action::Delete(expected) => (Expectation::Version(*expected), None),
        };
        let record = document.map(|document| Record::new(collection, id.as_str(), document));
        Self { change: DocumentChange { collection, id: id.to_string(), record }, expectation }
    }
}
