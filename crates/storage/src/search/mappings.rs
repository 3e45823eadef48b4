//! How the indices are made: their names, settings, and what is indexed of a document.

use serde_json::{Map, Value, json};
use tributary_domain::FilterField;

use super::dialect::Product;
use crate::{Collection, index_names};

/// Which version of the mappings stands in an index that this program made.
pub(super) const VERSION: u32 = 1;
/// Under which name it stands in the `_meta` of a mapping.
pub(super) const VERSION_NAME: &str = "tributary_mapping_version";
/// A page ends at 10,000, and one more document tells whether documents of the same millisecond follow.
pub(super) const RESULT_WINDOW: u64 = 10_002;

/// Names and contents of an index.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexShape {
    pub(super) name: &'static str,
    pub(super) alias: &'static str,
    properties: fn() -> Value,
    /// What has to be indexed for queries to be answered, and how.
    pub(super) needed: fn() -> Vec<(&'static str, Kind)>,
}

/// How a field that queries need is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Keyword,
    Date,
    Object,
}

impl Kind {
    /// The type of its mapping.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Date => "date",
            Self::Object => "object",
        }
    }
}

/// The index of a collection.
pub(super) const fn shape(collection: Collection) -> IndexShape {
    match collection {
        Collection::Connectors => IndexShape {
            name: index_names::index(Collection::Connectors),
            alias: index_names::alias(Collection::Connectors),
            properties: connectors,
            needed: || vec![("index_name", Kind::Keyword)],
        },
        Collection::SyncJobs => IndexShape {
            name: index_names::index(Collection::SyncJobs),
            alias: index_names::alias(Collection::SyncJobs),
            properties: sync_jobs,
            needed: || {
                let filters = FilterField::ALL.iter().map(|field| (field.path(), Kind::Keyword));
                [("created_at", Kind::Date)].into_iter().chain(filters).collect()
            },
        },
        Collection::Secrets => IndexShape {
            name: index_names::index(Collection::Secrets),
            alias: index_names::alias(Collection::Secrets),
            // Nothing of a secret is indexed: it is found by its id alone.
            properties: || json!({}),
            needed: Vec::new,
        },
    }
}

/// The index in which the index names of live connectors are reserved.
pub(super) const RESERVATIONS: IndexShape = IndexShape {
    name: ".tributary-index-names-v1",
    alias: ".tributary-index-names",
    properties: || json!({ "connector_id": keyword(), "reserved_at": { "type": "long" } }),
    needed: Vec::new,
};

impl IndexShape {
    /// The body that makes the index.
    pub(super) fn creation(&self, prefix: &str) -> Value {
        json!({
            "aliases": { format!("{prefix}{}", self.alias): { "is_hidden": true } },
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
                "_meta": { VERSION_NAME: VERSION },
                "properties": (self.properties)(),
            },
        })
    }

    /// The mapping of a field, by its path.
    pub(super) fn property(&self, path: &str) -> Option<Value> {
        let pointer = format!("/{}", path.replace('.', "/properties/"));
        (self.properties)().pointer(&pointer).cloned()
    }
}

fn keyword() -> Value {
    // Longer words than an index can hold are kept, and not found.
    json!({ "type": "keyword", "ignore_above": 8_191 })
}

fn date() -> Value {
    json!({ "type": "date", "ignore_malformed": true })
}

fn long() -> Value {
    json!({ "type": "long", "ignore_malformed": true })
}

fn object() -> Value {
    json!({ "type": "object", "enabled": false })
}

/// Names that have one mapping, with it.
type Mapped<'a> = (&'a [&'a str], fn() -> Value);

fn fields(kinds: &[Mapped<'_>]) -> Map<String, Value> {
    kinds.iter().flat_map(|(names, kind)| names.iter().map(|name| ((*name).to_owned(), kind()))).collect()
}

fn sync_jobs() -> Value {
    let mut properties = fields(&[
        (
            &[
                "cancelation_requested_at",
                "canceled_at",
                "completed_at",
                "created_at",
                "last_seen",
                "started_at",
            ],
            date,
        ),
        (&["status", "job_type", "trigger_method", "error", "worker_hostname"], keyword),
        (
            &[
                "deleted_document_count",
                "indexed_document_count",
                "indexed_document_volume",
                "total_document_count",
            ],
            long,
        ),
        (&["metadata"], object),
    ]);
    let connector = fields(&[
        (&["id", "index_name", "service_type", "language"], keyword),
        (&["configuration", "sync_cursor"], object),
    ]);
    properties.insert("connector".to_owned(), json!({ "properties": connector }));
    properties.into()
}

fn connectors() -> Value {
    fields(&[
        (&["index_name", "name", "service_type", "status", "language", "api_key_id"], keyword),
        (&["description"], || json!({ "type": "text" })),
        (&["is_native", "sync_now", "deleted"], || json!({ "type": "boolean" })),
        (
            &[
                "last_access_control_sync_scheduled_at",
                "last_incremental_sync_scheduled_at",
                "last_seen",
                "last_sync_scheduled_at",
                "last_synced",
            ],
            date,
        ),
        (&["last_deleted_document_count", "last_indexed_document_count"], long),
        (&["last_access_control_sync_status", "last_sync_status"], keyword),
        (
            &[
                "configuration",
                "custom_scheduling",
                "features",
                "filtering",
                "pipeline",
                "scheduling",
                "sync_cursor",
            ],
            object,
        ),
    ])
    .into()
}

/// What the scheme of a product says about its server, for messages.
pub(super) fn wanted(product: Product) -> String {
    let (major, minor) = product.oldest();
    format!("{} {major}.{minor} or newer", product.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_mapped() {
        for collection in Collection::ALL {
            let shape = shape(collection);
            for (path, kind) in (shape.needed)() {
                let property = shape.property(path).unwrap();
                assert_eq!(property["type"], kind.name(), "{path}");
            }
            assert_eq!(shape.property("nothing"), None);
        }
    }
}
