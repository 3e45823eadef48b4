//! The indices in which Elasticsearch's own connector service keeps connectors and sync jobs, and the one of
//! secrets: Elasticsearch's own for these is closed to others, and holds their values as they are.

use crate::Collection;

/// The index of a collection.
pub(crate) const fn index(collection: Collection) -> &'static str {
    match collection {
        Collection::Connectors => ".elastic-connectors-v1",
        Collection::SyncJobs => ".elastic-connectors-sync-jobs-v1",
        Collection::Secrets => ".tributary-secrets-v1",
    }
}

/// The alias under which it is also known.
pub(crate) const fn alias(collection: Collection) -> &'static str {
    match collection {
        Collection::Connectors => ".elastic-connectors",
        Collection::SyncJobs => ".elastic-connectors-sync-jobs",
        Collection::Secrets => ".tributary-secrets",
    }
}
