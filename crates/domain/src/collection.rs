//! Collections of documents and their schemas, from which backends derive indexes, mappings and tables.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::{Document, FieldKind, FieldPaths, IndexedField, Refusal};

/// A collection of documents, described by its schema. Two collections are the same if they have the same name.
#[derive(Clone, Copy)]
pub struct Collection(&'static CollectionSchema);

/// The schema of a collection: its fields, its order, its constraints.
#[derive(Debug)]
pub struct CollectionSchema {
    /// Its name, used for tables and in messages: lower case with `_` between words.
    pub name: &'static str,
    /// The name of one of its documents in messages, such as `sync job`.
    pub noun: &'static str,
    /// The alias of its index in a search engine; the index has the same name with the suffix `-v1`.
    pub index_alias: &'static str,
    /// The known fields of its documents, with unique paths.
    pub fields: &'static [IndexedField],
    /// The field of the default order of lists, if there is one; ties are ordered by id.
    pub order: Option<&'static str>,
    /// Whether documents keep their value in this field, and so their position in the default order.
    pub is_order_constant: bool,
    /// Pairs of fields that are often filtered together, for which a backend may keep a combined index.
    pub pairs: &'static [[&'static str; 2]],
    /// Whether the collection is so small that a backend may read all documents for a list.
    pub is_small: bool,
    /// Whether the documents are the state of running processes, which is not copied, exported or tallied.
    pub is_transient: bool,
    /// Unique constraint: the value of a document that no other document may have, if it has one.
    pub unique: Option<fn(&Document) -> Option<String>>,
    /// The error for an id without a document.
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
    /// The defaults of a schema: no fields, ordered by id.
    pub const BASE: Self = Self {
        name: "",
        noun: "",
        index_alias: "",
        fields: &[],
        order: None,
        is_order_constant: false,
        pairs: &[],
        is_small: false,
        is_transient: false,
        unique: None,
        missing: |id| Refusal::InvalidArgument(format!("document [{id}] does not exist")),
    };

    /// The name of its documents in messages, such as `sync jobs`.
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

    /// A fingerprint of everything that backends derive from the schema: a store with another fingerprint has to derive
    /// it again.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = format!("order:{}", self.order.unwrap_or_default());
        for field in self.indexed_fields() {
            let IndexedField { path, kind, is_filtered, is_sorted, is_counted, difference_of } = field;
            let uses = [(is_filtered, 'f'), (is_sorted, 's'), (is_counted, 'c')];
            let uses: String = uses.iter().filter(|(used, _)| **used).map(|(_, letter)| *letter).collect();
            let _ = write!(text, " {path}:{kind}:{uses}");
            if let Some([end, start]) = difference_of {
                let _ = write!(text, "={end}-{start}");
            }
        }
        text
    }

    /// The fields by which lists are ordered and in which documents may get another value.
    pub fn moving_fields(&self) -> impl Iterator<Item = &'static IndexedField> {
        let constant = self.order.filter(|_| self.is_order_constant);
        self.fields.iter().filter(move |field| field.is_sorted && constant != Some(field.path))
    }

    /// The paths of the fields that queries use.
    #[must_use]
    pub fn paths(&self) -> FieldPaths<'static> {
        FieldPaths::new(self.indexed_fields().flat_map(IndexedField::sources))
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
        // Fast path: usually both are the same static schema.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outline;

    #[test]
    fn fingerprints_tell_what_is_derived() {
        const SCHEMA: CollectionSchema = CollectionSchema {
            name: "samples",
            fields: &[
                IndexedField::date("due.at").sorted(),
                IndexedField::keyword("due.color").filtered().counted(),
                IndexedField::keyword("stored_only"),
                IndexedField::difference("delay", "seen.at", "due.at").sorted(),
            ],
            order: Some("due.at"),
            ..CollectionSchema::BASE
        };
        let samples = Collection::new(&SCHEMA);
        let paths = samples.paths();
        let fingerprint = "order:due.at due.at:date:s due.color:keyword:fc delay:number:s=seen.at-due.at";
        assert_eq!(samples.fingerprint(), fingerprint);
        let outline = Outline::read_paths(r#"{"due":{"at":1,"color":"red"}}"#, &paths).unwrap();
        assert!(["at", "color"].iter().all(|name| outline.object("due").unwrap().get_raw(name).is_some()));
        assert_eq!(CollectionSchema::BASE.fingerprint(), "order:");
    }
}
