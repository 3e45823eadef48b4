//! Leases: which process currently runs a task.

use crate::field::fields;
use crate::{CollectionSchema, Document, Timestamp};

/// Leases are found by the names of their tasks, which are their ids.
pub(crate) const SCHEMA: CollectionSchema = CollectionSchema {
    name: "leases",
    noun: "lease",
    index_alias: ".tributary-leases",
    is_small: true,
    is_transient: true,
    ..CollectionSchema::BASE
};

fields! {
    /// The fields of a lease, by name.
    LEASE_FIELDS {
        /// The process that runs the task.
        HOLDER: String = "holder",
        /// When that process last renewed the lease.
        RENEWED_AT: Timestamp = "renewed_at",
        /// When that process acquired the lease.
        TAKEN_AT: Timestamp = "taken_at",
    }
}

/// The exclusive right of a process to run a task, for as long as it renews it. A lease has expired if it is not
/// renewed; its timestamps are only informative, since the clocks of machines differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    document: Document,
}

impl From<Document> for Lease {
    fn from(document: Document) -> Self {
        Self { document }
    }
}

impl From<Lease> for Document {
    fn from(lease: Lease) -> Self {
        lease.document
    }
}

impl Lease {
    /// A new lease for a process.
    #[must_use]
    pub fn taken(holder: &str, now: Timestamp) -> Self {
        let mut document = Document::default();
        document.set(HOLDER, &holder.to_owned());
        document.set(TAKEN_AT, &now);
        document.set(RENEWED_AT, &now);
        Self { document }
    }

    /// The same lease, renewed.
    #[must_use]
    pub fn renewed(mut self, now: Timestamp) -> Self {
        self.document.set(RENEWED_AT, &now);
        self
    }

    /// The process that holds it; empty if the document has another format.
    #[must_use]
    pub fn holder(&self) -> String {
        self.document.get(HOLDER).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_says_who_has_it_and_since_when() {
        let time = |text| Timestamp::parse(text).unwrap();
        let lease = Lease::taken("host-1", time("2026-01-02T03:04:05.000Z"))
            .renewed(time("2026-01-02T03:04:10.000Z"));
        assert_eq!(lease.holder(), "host-1");
        assert_eq!(
            Document::from(lease).to_json(),
            r#"{"holder":"host-1","taken_at":"2026-01-02T03:04:05.000Z","renewed_at":"2026-01-02T03:04:10.000Z"}"#
        );
        assert_eq!(Lease::from(Document::default()).holder(), "");
    }
}
