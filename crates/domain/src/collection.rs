//! A collection of documents and its schema: what backends derive their indexes, mappings and tables from.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::{Document, FieldKind, IndexedField, Refusal};

/// A collection of documents, described by its schema. Two collections are the same if they have the same name.
#[derive(Clone, Copy)]
pub struct Collection(&'static CollectionSchema);

/// What the documents of a collection are found, ordered and counted by.
#[derive(Debug)]
pub struct CollectionSchema {
    /// Its name in lower case with `_` between words, as tables and messages have it.
    pub name: &'static str,
    /// What people call one of its documents, such as `sync job`.
    pub noun: &'static str,
    /// The alias of its index in a search engine; the index itself is called so with `-v1` behind it.
    pub index_alias: &'static str,
    /// The fields that are known of its documents, each path once.
    pub fields: &'static [IndexedField],
    /// The field by which lists are ordered unless they ask for another, if there is one; then their ids.
    pub order: Option<&'static str>,
    /// Pairs of fields that people filter by together. A backend may keep an index of both for these.
    pub pairs: &'static [[&'static str; 2]],
    /// Whether there are so few documents that a backend may read all of them to answer a list.
    pub is_small: bool,
    /// Whether documents belong to the running processes alone: they are not copied, exported or summed up.
    pub is_transient: bool,
    /// A word that no two documents may hold at the same time, if a document holds one.
    pub unique: Option<fn(&Document) -> Option<String>>,
    /// What is answered to a client who names a document that does not exist, by its id.
    pub missing: fn(String) -> Refusal,
}

impl Collection {
    /// The collection with this schema, for stores that are opened over it.
    #[must_use]
    pub const fn new(schema: &'static CollectionSchema) -> Self {
        Self(schema)
    }
}

impl CollectionSchema {
    /// A schema from which others take what they leave out: without fields, in the order of ids.
    pub const BASE: Self = Self {
        name: "",
        noun: "",
        index_alias: "",
        fields: &[],
        order: None,
        pairs: &[],
        is_small: false,
        is_transient: false,
        unique: None,
        missing: |id| Refusal::InvalidArgument(format!("document [{id}] does not exist")),
    };

    /// What people call its documents, such as `sync jobs`.
    #[must_use]
    pub fn plural(&self) -> String {
        format!("{}s", self.noun)
    }

    /// The name of its index in a search engine.
    #[must_use]
    pub fn index_name(&self) -> String {
        format!("{}-v1", self.index_alias)
    }

    /// The declaration of a field, if it is known.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&'static IndexedField> {
        self.fields.iter().find(|field| field.path == path)
    }

    /// The fields that queries use.
    pub fn indexed_fields(&self) -> impl Iterator<Item = &'static IndexedField> {
        self.fields.iter().filter(|field| field.is_indexed())
    }

    /// Everything that backends derive from the schema, as text: a store that was written under another fingerprint
    /// has to derive it anew.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = format!("order:{}", self.order.unwrap_or_default());
        for field in self.indexed_fields() {
            let IndexedField { path, kind, is_filtered, is_sorted, is_counted } = field;
            let uses = [(is_filtered, 'f'), (is_sorted, 's'), (is_counted, 'c')];
            let uses: String = uses.iter().filter(|(used, _)| **used).map(|(_, letter)| *letter).collect();
            let _ = write!(text, " {path}:{kind}:{uses}");
        }
        text
    }

    /// The outermost names of the fields that queries use.
    #[must_use]
    pub fn outermost_names(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> =
            self.indexed_fields().filter_map(|field| field.path.split('.').next()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a field is of this kind, in this collection.
    pub(crate) fn has_kind(&self, path: &str, kinds: &[FieldKind]) -> bool {
        self.field(path).is_some_and(|field| kinds.contains(&field.kind))
    }
}

impl Deref for Collection {
    type Target = CollectionSchema;

    fn deref(&self) -> &CollectionSchema {
        self.0
    }
}

/// Its name.
impl fmt::Debug for Collection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for Collection {
    fn eq(&self, other: &Self) -> bool {
        // Nearly always there is one schema of a name; comparing where it is comes first.
        std::ptr::eq(self.0, other.0) || self.name == other.name
    }
}

impl Eq for Collection {}

impl Hash for Collection {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for Collection {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Collection {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}
