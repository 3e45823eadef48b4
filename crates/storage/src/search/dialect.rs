//! The few differences between the products and their versions, all of them.

use serde_json::{Value, json};

/// A search engine that documents can be kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    OpenSearch,
    Elasticsearch,
}

/// A product in a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) product: Product,
    /// Major and minor number of the oldest server.
    pub(super) version: (u32, u32),
}

impl Product {
    /// What stands before the first colon of its URLs.
    pub(super) const fn scheme(self) -> &'static str {
        match self {
            Self::OpenSearch => "opensearch",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    /// Its name as people write it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OpenSearch => "OpenSearch",
            Self::Elasticsearch => "Elasticsearch",
        }
    }

    /// The oldest version with everything that is needed: point in time searches that cost nothing.
    pub(super) const fn oldest(self) -> (u32, u32) {
        match self {
            Self::OpenSearch => (2, 4),
            Self::Elasticsearch => (8, 0),
        }
    }

    /// That version in words, for messages.
    pub(super) fn oldest_name(self) -> String {
        let (major, minor) = self.oldest();
        format!("{} {major}.{minor} or newer", self.name())
    }
}

impl Dialect {
    /// Where a point in time is opened for an index.
    pub(super) fn open_point_in_time(self, index: &str) -> String {
        match self.product {
            Product::OpenSearch => format!("/{index}/_search/point_in_time?keep_alive=5m"),
            Product::Elasticsearch => format!("/{index}/_pit?keep_alive=5m"),
        }
    }

    /// The path and the body that close a point in time.
    pub(super) fn close_point_in_time(self, id: &str) -> (&'static str, Value) {
        match self.product {
            Product::OpenSearch => ("/_search/point_in_time", json!({ "pit_id": [id] })),
            Product::Elasticsearch => ("/_pit", json!({ "id": id })),
        }
    }

    /// A total order of the documents in a point in time, the cheapest that there is.
    pub(super) fn walking_order(self) -> Value {
        // Older ones do not know the place in a shard; their ids can be sorted, which takes memory there.
        if self.product == Product::OpenSearch && self.version < (3, 3) {
            return json!([{ "_id": "asc" }]);
        }
        json!([{ "_shard_doc": "asc" }])
    }
}
