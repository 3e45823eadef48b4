//! All differences between the search engines and their versions.

use serde_json::{Value, json};

/// A supported search engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    OpenSearch,
    Elasticsearch,
}

/// A search engine in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) product: Product,
    /// Major and minor version of the oldest node.
    pub(super) version: (u32, u32),
}

impl Product {
    /// The scheme of its URLs.
    pub(super) const fn scheme(self) -> &'static str {
        match self {
            Self::OpenSearch => "opensearch",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    /// Its display name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OpenSearch => "OpenSearch",
            Self::Elasticsearch => "Elasticsearch",
        }
    }

    /// The oldest supported version: the first with free point in time searches.
    pub(super) const fn oldest(self) -> (u32, u32) {
        match self {
            Self::OpenSearch => (2, 4),
            Self::Elasticsearch => (8, 0),
        }
    }

    /// That version, for messages.
    pub(super) fn oldest_name(self) -> String {
        let (major, minor) = self.oldest();
        format!("{} {major}.{minor} or newer", self.name())
    }
}

impl Dialect {
    /// The path to open a point in time for an index.
    pub(super) fn open_point_in_time(self, index: &str) -> String {
        match self.product {
            Product::OpenSearch => format!("/{index}/_search/point_in_time?keep_alive=5m"),
            Product::Elasticsearch => format!("/{index}/_pit?keep_alive=5m"),
        }
    }

    /// The path and body to close a point in time.
    pub(super) fn close_point_in_time(self, id: &str) -> (&'static str, Value) {
        match self.product {
            Product::OpenSearch => ("/_search/point_in_time", json!({ "pit_id": [id] })),
            Product::Elasticsearch => ("/_pit", json!({ "id": id })),
        }
    }

    /// The cheapest total order of the documents in a point in time.
    pub(super) fn walking_order(self) -> Value {
        // Older versions lack `_shard_doc`; they can sort by `_id`, which takes memory.
        if self.product == Product::OpenSearch && self.version < (3, 3) {
            return json!([{ "_id": "asc" }]);
        }
        json!([{ "_shard_doc": "asc" }])
    }
}
