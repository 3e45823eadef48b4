//! All differences between the search engines and their versions.

use serde_json::{Value, json};

/// A supported search engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// OpenSearch.
    OpenSearch,
    /// Elasticsearch.
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
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::OpenSearch => "opensearch",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    /// Its display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
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

    /// A format in which the server writes every date exactly.
    pub(super) const fn date_format(self) -> &'static str {
        match self.product {
            // It writes seconds before 1970 with a fraction that counts forwards.
            Product::OpenSearch => "epoch_millis",
            // It fails to write the earliest dates in milliseconds.
            Product::Elasticsearch => "epoch_second",
        }
    }

    /// The milliseconds since 1970 of a date in that format.
    pub(super) fn milliseconds(self, date: &str) -> Option<i64> {
        if self.product == Product::OpenSearch {
            return date.parse().ok();
        }
        let (seconds, fraction) = date.split_once('.').unwrap_or((date, ""));
        format!("{seconds}{:0<3}", fraction.get(..3).unwrap_or(fraction)).parse().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_columns_are_exact() {
        let elasticsearch = Dialect { product: Product::Elasticsearch, version: (8, 19) };
        let open_search = Dialect { product: Product::OpenSearch, version: (3, 8) };
        for (written, expected) in [
            ("0", 0),
            ("-0.005", -5),
            ("1.5", 1_500),
            ("1767225600.0071", 1_767_225_600_007),
            ("-9223372036854775.807", -i64::MAX),
            ("9223372036854775.807", i64::MAX),
        ] {
            assert_eq!(elasticsearch.milliseconds(written), Some(expected), "{written}");
        }
        assert_eq!(open_search.milliseconds("-5"), Some(-5));
        assert_eq!(elasticsearch.milliseconds("soon"), None);
    }
}
