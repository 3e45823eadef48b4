//! Index definitions of collections: names, settings and mappings.

use serde_json::{Value, json};
use tributary_domain::{Collection, CollectionSchema, FieldKind, IndexedField};

/// The key in the mapping's `_meta` of the fingerprint of the schema that the mapping was made from.
pub(super) const FINGERPRINT: &str = "tributary_schema";
/// A page ends at 10,000 at most, and one more document shows whether documents of the same value follow.
pub(super) const RESULT_WINDOW: u64 = 10_002;
/// The subfield of a text field that indexes each text as one keyword.
pub(super) const WHOLE_TEXT: &str = "keyword";

/// The index in which the index names of live connectors are reserved.
pub(super) const RESERVATIONS: Collection = Collection::new(&CollectionSchema {
    name: "index_names",
    index_alias: ".tributary-index-names",
    fields: &[IndexedField::keyword("connector_id"), IndexedField::number("reserved_at")],
    is_small: true,
    is_transient: true,
    ..CollectionSchema::BASE
});

/// The index of tombstones, for those who wait for changes: a deleted document leaves no trace in its own index.
pub(super) const TOMBSTONES: Collection = Collection::new(&CollectionSchema {
    name: "deletions",
    index_alias: ".tributary-deletions",
    fields: &[
        IndexedField::keyword("collection"),
        IndexedField::keyword("id"),
        IndexedField::date(DELETED_AT).filtered(),
    ],
    is_transient: true,
    ..CollectionSchema::BASE
});
/// The time of a deletion.
pub(super) const DELETED_AT: &str = "deleted_at";

/// The index name of a collection.
pub(super) fn index_name(collection: Collection, prefix: &str) -> String {
    format!("{}-v1", index_alias(collection, prefix))
}

/// The alias of that index.
pub(super) fn index_alias(collection: Collection, prefix: &str) -> String {
    format!("{prefix}{}", collection.index_alias)
}

/// The body of the request that creates the index of a collection.
pub(super) fn creation(collection: Collection, prefix: &str) -> Value {
    json!({
        "aliases": { index_alias(collection, prefix): { "is_hidden": true } },
        "settings": {
            "index": {
                "hidden": true,
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "max_result_window": RESULT_WINDOW,
            },
        },
        "mappings": {
            "dynamic": false,
            "_meta": { FINGERPRINT: collection.fingerprint() },
            "properties": properties(
                mapped(collection).map(|field| (field.path, property(collection, field)))
            ),
        },
    })
}

/// The fields that an index has a mapping for.
fn mapped(collection: Collection) -> impl Iterator<Item = &'static IndexedField> {
    collection.fields.iter().filter(|field| field.difference_of.is_none())
}

/// The fields that must be indexed for the store's queries.
pub(super) fn needed(collection: Collection) -> impl Iterator<Item = &'static IndexedField> {
    // A small collection is read completely, except to find the holder of a unique value.
    let is_needed = move |field: &IndexedField| {
        !collection.is_small || (collection.unique.is_some() && collection.order == Some(field.path))
    };
    mapped(collection).filter(move |field| field.is_indexed() && is_needed(field))
}

/// Nests the mappings of fields by their paths.
pub(super) fn properties<'p>(mappings: impl IntoIterator<Item = (&'p str, Value)>) -> Value {
    let mut properties = json!({});
    for (path, mapping) in mappings {
        let place = path.split('.').enumerate().fold(&mut properties, |place, (level, name)| {
            if level == 0 { &mut place[name] } else { &mut place["properties"][name] }
        });
        *place = mapping;
    }
    properties
}

/// The mapping of a field.
pub(super) fn property(collection: Collection, field: &IndexedField) -> Value {
    match field.kind {
        FieldKind::Keyword => keyword(),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "date", "ignore_malformed": true }),
        FieldKind::Number => json!({ "type": "long", "ignore_malformed": true }),
        FieldKind::Text if field.is_filtered && !collection.is_small => {
            json!({ "type": "text", "fields": { WHOLE_TEXT: keyword() } })
        }
        FieldKind::Text => json!({ "type": "text" }),
        FieldKind::Object => json!({ "type": "object", "enabled": false }),
    }
}

/// The mapping of a keyword.
pub(super) fn keyword() -> Value {
    // Values too long for the index are stored but cannot be found.
    json!({ "type": "keyword", "ignore_above": 8_191 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_hold_the_fields_of_their_paths() {
        let creation = creation(Collection::SYNC_JOBS, "team-");
        let properties = &creation["mappings"]["properties"];
        assert_eq!(properties["created_at"], json!({ "type": "date", "ignore_malformed": true }));
        assert_eq!(properties["connector"]["properties"]["id"], keyword());
        assert_eq!(
            properties["connector"]["properties"]["configuration"],
            json!({ "type": "object", "enabled": false })
        );
        assert_eq!(properties["connector"].as_object().unwrap().len(), 1);
        assert!(creation["aliases"].get("team-.elastic-connectors-sync-jobs").is_some());
    }

    #[test]
    fn what_is_needed_is_what_is_asked_for() {
        let paths = |collection| needed(collection).map(|field| field.path).collect::<Vec<_>>();
        let jobs = paths(Collection::SYNC_JOBS);
        assert!(jobs.contains(&"created_at") && jobs.contains(&"worker_hostname"), "{jobs:?}");
        assert!(!jobs.contains(&"metadata"), "{jobs:?}");
        assert_eq!(paths(Collection::CONNECTORS), ["index_name"]);
        assert_eq!(paths(Collection::SECRETS), [""; 0]);
        assert_eq!(paths(TOMBSTONES), [DELETED_AT]);
    }
}
