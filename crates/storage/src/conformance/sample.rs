//! A collection that exists only in the suite, so that a store can support it only by its schema.

use tributary_domain::{Collection, CollectionSchema, IndexedField};

/// A collection with a field of every kind, each with every use that its kind allows.
pub const SAMPLE: Collection = Collection::new(&SCHEMA);

/// The same collection with fewer indexed fields.
pub(super) const SAMPLE_BEFORE: Collection = Collection::new(&SCHEMA_BEFORE);

/// All collections, and the sample.
pub const COLLECTIONS: &[Collection] = &[
    Collection::CONNECTORS,
    Collection::SYNC_JOBS,
    Collection::SECRETS,
    Collection::LEASES,
    Collection::CREATIONS,
    SAMPLE,
];

/// The collections of a store that was written before the fields of the sample were used.
pub(super) const COLLECTIONS_BEFORE: &[Collection] = &[
    Collection::CONNECTORS,
    Collection::SYNC_JOBS,
    Collection::SECRETS,
    Collection::LEASES,
    Collection::CREATIONS,
    SAMPLE_BEFORE,
];

/// The fields of the sample.
pub(super) mod fields {
    /// The field of the collection's own order.
    pub(crate) const DUE_AT: &str = "due_at";
    /// How long after it was due it was seen; in no document.
    pub(crate) const DELAY: &str = "delay";
    pub(crate) const SEEN_AT: &str = "seen.at";
    pub(crate) const SIZE: &str = "size";
    pub(crate) const COLOR: &str = "color";
    pub(crate) const OWNER: &str = "owner.name";
    pub(crate) const IS_LARGE: &str = "is_large";
    pub(crate) const NOTE: &str = "note";
}
use fields::{COLOR, DELAY, DUE_AT, IS_LARGE, NOTE, OWNER, SEEN_AT, SIZE};

const SCHEMA: CollectionSchema = CollectionSchema {
    name: "conformance_samples",
    noun: "sample",
    index_alias: ".tributary-conformance-samples",
    fields: &[
        IndexedField::date(DUE_AT).filtered().sorted(),
        IndexedField::date(SEEN_AT).filtered().sorted(),
        IndexedField::difference(DELAY, SEEN_AT, DUE_AT).sorted(),
        IndexedField::number(SIZE).filtered().sorted(),
        IndexedField::keyword(COLOR).filtered().sorted().counted(),
        IndexedField::keyword(OWNER).filtered().sorted().counted(),
        IndexedField::boolean(IS_LARGE).filtered().counted(),
        IndexedField::text(NOTE).filtered(),
        IndexedField::object("settings"),
    ],
    order: Some(DUE_AT),
    pairs: &[[COLOR, OWNER]],
    ..CollectionSchema::BASE
};

const SCHEMA_BEFORE: CollectionSchema = CollectionSchema {
    fields: &[
        IndexedField::date(DUE_AT).sorted(),
        IndexedField::keyword(COLOR).filtered(),
        IndexedField::object("settings"),
    ],
    pairs: &[],
    ..SCHEMA
};
