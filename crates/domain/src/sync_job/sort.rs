//! By what lists of sync jobs can be sorted.

use super::sync_job_fields;
use crate::enumeration::enumeration;
use crate::{MissingValues, Order, SortOrder};

enumeration! {
    /// The field that a list of sync jobs is sorted by.
    SyncJobSort {
        /// When the job was created.
        CreatedAt,
        /// When a worker last claimed the job.
        StartedAt,
        /// When the job reached a final status.
        CompletedAt,
        /// The last heartbeat of its worker.
        LastSeen,
        /// How long the job ran, from its last claim to its end.
        Duration,
        /// How many documents the job indexed.
        IndexedDocumentCount,
    }
}

impl SyncJobSort {
    /// The order by this field in a direction: jobs without a value are last in both.
    #[must_use]
    pub const fn order(self, direction: SortOrder) -> Order {
        let field = match self {
            Self::CreatedAt => sync_job_fields::CREATED_AT,
            Self::StartedAt => sync_job_fields::STARTED_AT,
            Self::CompletedAt => sync_job_fields::COMPLETED_AT,
            Self::LastSeen => sync_job_fields::LAST_SEEN,
            Self::Duration => sync_job_fields::DURATION,
            Self::IndexedDocumentCount => sync_job_fields::INDEXED_DOCUMENT_COUNT,
        };
        Order { field: Some(field), direction, missing: MissingValues::Last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Collection, Enumeration, Query};

    #[test]
    fn the_schema_sorts_by_every_field() {
        for sort in SyncJobSort::ALL {
            let query = Query::of(Collection::SYNC_JOBS).ordered(sort.order(SortOrder::Descending));
            assert_eq!(query.check(), Ok(()), "{sort}");
        }
    }
}
