//! The collections of this service.

use crate::{Collection, CollectionSchema, Refusal, access, connector, creation, lease, sync_job};

/// Secrets are found by id only; they are encrypted, and nothing of them is indexed.
const SECRETS: CollectionSchema = CollectionSchema {
    name: "secrets",
    noun: "secret",
    index_alias: ".tributary-secrets",
    is_small: true,
    missing: Refusal::SecretNotFound,
    ..CollectionSchema::BASE
};

impl Collection {
    /// Connectors.
    pub const CONNECTORS: Self = Self::new(&connector::SCHEMA);
    /// Sync jobs.
    pub const SYNC_JOBS: Self = Self::new(&sync_job::SCHEMA);
    /// The encrypted secrets of connectors.
    pub const SECRETS: Self = Self::new(&SECRETS);
    /// The leases of background tasks.
    pub const LEASES: Self = Self::new(&lease::SCHEMA);
    /// The records that make creations of sync jobs safe to repeat.
    pub const CREATIONS: Self = Self::new(&creation::SCHEMA);
    /// API keys, without their secrets.
    pub const API_KEYS: Self = Self::new(&access::SCHEMA);

    /// All collections.
    pub const ALL: [Self; 6] =
        [Self::CONNECTORS, Self::SYNC_JOBS, Self::SECRETS, Self::LEASES, Self::CREATIONS, Self::API_KEYS];
    /// The collections that are copied, exported and tallied.
    pub const LASTING: [Self; 4] = [Self::CONNECTORS, Self::SYNC_JOBS, Self::SECRETS, Self::API_KEYS];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldKind;

    #[test]
    fn schemas_name_only_fields_that_they_declare() {
        for collection in Collection::ALL {
            let pairs = collection.pairs.as_flattened().iter().copied();
            for path in collection.order.into_iter().chain(pairs) {
                let field = collection.field(path).unwrap_or_else(|| panic!("{collection:?}: {path}"));
                assert!(field.is_indexed(), "{collection:?}: {path}");
            }
            for field in collection.fields.iter().filter(|field| field.difference_of.is_some()) {
                assert!(
                    !field.is_filtered && collection.order != Some(field.path),
                    "{field:?} is only sorted by"
                );
                for path in field.sources() {
                    let source = collection.field(path).unwrap_or_else(|| panic!("{collection:?}: {path}"));
                    assert!(source.is_indexed() && source.kind == FieldKind::Date, "{source:?}");
                }
            }
            let mut paths: Vec<&str> = collection.fields.iter().map(|field| field.path).collect();
            paths.sort_unstable();
            paths.dedup();
            assert_eq!(paths.len(), collection.fields.len(), "{collection:?} has a field twice");
        }
    }

    #[test]
    fn what_lasts_is_what_is_not_transient() {
        let lasting = Collection::ALL.into_iter().filter(|collection| !collection.is_transient);
        assert_eq!(lasting.collect::<Vec<_>>(), Collection::LASTING);
    }
}
