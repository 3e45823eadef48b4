//! The one place where products, versions and Maven coordinates stand.

use std::fmt;
use std::ops::RangeInclusive;

use anyhow::{Result, ensure};

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Product {
    /// OpenSearch.
    OpenSearch,
    /// Elasticsearch.
    Elasticsearch,
}

/// A version of a product that can be fetched and started.
#[derive(Debug)]
pub struct Distribution {
    /// Whose server it is.
    pub product: Product,
    /// Its version.
    pub version: &'static str,
    /// The name by which tests and `--backend` know it.
    pub backend: &'static str,
    /// The Java versions that it starts on.
    pub java: RangeInclusive<u32>,
    /// Whether it wants a user and a password.
    pub security: bool,
    /// Its place among all.
    pub(crate) position: usize,
}

/// All that are covered; the first of a product is taken where no version is named.
static ALL: [Distribution; 4] = [
    Distribution {
        product: Product::OpenSearch,
        version: "3.8.0",
        backend: "opensearch",
        java: 21..=u32::MAX,
        security: false,
        position: 0,
    },
    Distribution {
        product: Product::OpenSearch,
        version: "2.19.4",
        backend: "opensearch-2",
        // It needs Java's security manager, which ended with Java 23.
        java: 17..=23,
        security: false,
        position: 1,
    },
    Distribution {
        product: Product::Elasticsearch,
        version: "9.5.0",
        backend: "elasticsearch",
        java: 21..=u32::MAX,
        security: true,
        position: 2,
    },
    Distribution {
        product: Product::Elasticsearch,
        version: "8.19.5",
        backend: "elasticsearch-8",
        java: 21..=u32::MAX,
        security: false,
        position: 3,
    },
];

impl Distribution {
    /// All that are covered.
    pub const ALL: &'static [Self; 4] = &ALL;

    /// The one of a product (`opensearch` or `elasticsearch`) with this version, or its first.
    pub fn find(product: &str, version: Option<&str>) -> Result<&'static Self> {
        let mut known = Vec::new();
        for distribution in Self::ALL.iter().filter(|known| known.product.name() == product) {
            if version.is_none_or(|version| version == distribution.version) {
                return Ok(distribution);
            }
            known.push(distribution.version);
        }
        ensure!(!known.is_empty(), "no product [{product}]: there are [opensearch] and [elasticsearch]");
        let version = version.unwrap_or_default();
        anyhow::bail!("no version [{version}] of [{product}]: there are [{}]", known.join(", "))
    }

    /// The one that tests and `--backend` know by this name.
    pub fn of_backend(backend: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|known| known.backend == backend)
    }

    /// Whether it is taken where no version is named.
    pub fn is_default(&self) -> bool {
        Self::find(self.product.name(), None).is_ok_and(|default| default.version == self.version)
    }

    /// Its Maven coordinates.
    pub fn coordinates(&self) -> String {
        let (group, version) = (self.product.group(), self.version);
        format!("{group}:{}:{version}:zip", self.product.name())
    }

    /// Product and version, as a name of a folder.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.product.name(), self.version)
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.product, self.version)
    }
}

impl Product {
    /// Its name in commands, artifacts and folders.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenSearch => "opensearch",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    /// The Maven group of its distributions.
    fn group(self) -> &'static str {
        match self {
            Self::OpenSearch => "org.opensearch.distribution.integ-test-zip",
            Self::Elasticsearch => "org.elasticsearch.distribution.integ-test-zip",
        }
    }

    /// What the variables that its start script reads begin with.
    pub(crate) fn variable_prefix(self) -> &'static str {
        match self {
            Self::OpenSearch => "OPENSEARCH",
            Self::Elasticsearch => "ES",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OpenSearch => "OpenSearch",
            Self::Elasticsearch => "Elasticsearch",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_found_by_product_and_version() {
        let found = |product, version| Distribution::find(product, version).map(ToString::to_string);
        assert_eq!(found("opensearch", None).unwrap(), "OpenSearch 3.8.0");
        assert_eq!(found("opensearch", Some("2.19.4")).unwrap(), "OpenSearch 2.19.4");
        assert_eq!(found("elasticsearch", None).unwrap(), "Elasticsearch 9.5.0");
        let error = |product, version| found(product, version).unwrap_err().to_string();
        assert_eq!(
            error("elasticsearch", Some("1.0")),
            "no version [1.0] of [elasticsearch]: there are [9.5.0, 8.19.5]"
        );
        assert!(error("solr", None).contains("there are [opensearch] and [elasticsearch]"));
    }

    #[test]
    fn every_distribution_knows_its_place() {
        for (position, distribution) in Distribution::ALL.iter().enumerate() {
            assert_eq!(distribution.position, position);
            let found = Distribution::of_backend(distribution.backend).unwrap();
            assert_eq!(found.version, distribution.version);
        }
        let defaults: Vec<_> = Distribution::ALL.iter().filter(|known| known.is_default()).collect();
        assert_eq!(defaults.len(), 2);
    }
}
