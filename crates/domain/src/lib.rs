//! Connectors, sync jobs and their rules.
//!
//! Everything here is pure: no input or output, no clock (the current time is an argument), no HTTP. A stored document
//! keeps the text that it was written in, so that fields, numbers and nesting that this crate does not know are
//! preserved exactly.
//!
//! ```
//! use tributary_domain::{Document, SyncJob, Timestamp};
//!
//! let stored = r#"{"status":"pending","progress":{"pages":1.10}}"#;
//! let job = SyncJob::from(Document::parse(stored).unwrap());
//! let now = Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap();
//!
//! let claimed = job.claim("job-1", "worker-1", None, now).unwrap();
//! let text = claimed.document().to_json();
//! assert!(text.starts_with(r#"{"status":"in_progress","progress":{"pages":1.10},"#));
//! ```

mod access;
mod collection;
mod collections;
mod connector;
mod connector_status;
mod count;
mod creation;
mod date_field;
#[cfg(any(test, feature = "conformance"))]
mod date_field_cases;
mod date_math;
mod digest;
mod document;
mod enumeration;
mod field;
mod field_patch;
mod filtered_values;
mod histogram;
mod id;
mod indexed_field;
mod indexing;
mod kept;
mod lease;
mod lenient;
mod outline;
mod query;
mod refusal;
mod regular_expression;
mod same_json;
mod schema;
mod sensitive;
mod similar_name;
mod strict_json;
mod sync_job;
mod sync_job_status;
mod time_text;
mod time_units;
mod timestamp;
mod warning;

pub use access::{
    APPLICATION, ApiKey, ApplicationPrivileges, Grants, IndexPrivileges, KeyProblem, Privilege, Resource,
    RoleDescriptor, RoleDescriptors, Scope, SecretDigest,
};
pub use collection::{Collection, CollectionSchema};
pub use connector::{
    AdvancedSnippet, CONNECTOR_FIELDS, ConfigurationDisplay, ConfigurationField, ConfigurationType,
    ConfigurationValidation, Connector, ConnectorApiKey, ConnectorConfiguration, ConnectorFailure,
    ConnectorFeatures, ConnectorFiltering, ConnectorFilteringValidation, ConnectorIndex, ConnectorLastSync,
    ConnectorNaming, ConnectorNature, ConnectorPipeline, ConnectorProperties, ConnectorScheduling,
    ConnectorServiceType, ConnectorStatusChange, Deletion, Feature, Features, FilteringCondition,
    FilteringEntry, FilteringPolicy, FilteringProblem, FilteringRule, FilteringRules, FilteringState,
    FilteringValidation, InclusionOfDeleted, IndexName, Pipeline, Schedule, Schedules, SnippetValue,
    SyncRules, connector_fields,
};
pub use connector_status::ConnectorStatus;
pub use count::Count;
pub use creation::{
    CreationDigest, IdempotencyKey, IfPending, KEY_RECORD_FIELDS, KeyRecord, KeyState, KeyUse,
    MAXIMUM_IDEMPOTENCY_KEY, PENDING_GUARD_FIELDS, PendingGuard, creation_fields, has_expired,
};
#[cfg(any(test, feature = "conformance"))]
pub use date_field_cases::{DATE_FIELD_CASES, DATE_FIELD_DIFFERENCES};
pub use date_math::{DateMathError, parse_date_math, parse_latest_date_math};
pub use document::{Document, DocumentError, Object};
pub use enumeration::Enumeration;
pub use field::{Field, FieldDescription, FieldValue};
pub use field_patch::FieldPatch;
pub use filtered_values::{FilteredValues, IndexedValues};
pub use histogram::{Histogram, HistogramBucket, HistogramEntry, Histogrammed, MAXIMUM_BUCKETS, Percentiles};
pub use id::{Id, MAXIMUM_ID_BYTES};
pub use indexed_field::{FieldKind, IndexedField};
pub use indexing::{Fields, date_values, keyword_values, number_values};
pub use kept::{Kept, joined, problem_and_path};
pub use lease::{LEASE_FIELDS, Lease};
pub use lenient::{FromText, Lenient};
pub use outline::{FieldPaths, Outline};
pub use query::{
    Condition, MissingValues, Moment, Order, PointInTime, Query, QueryError, SortKey, SortOrder, SortValue,
    Window, check_groups, check_numbers,
};
pub use refusal::Refusal;
pub use same_json::is_same_json;
pub use sensitive::{
    ConfigurationValue, MASK, SEALED_PREFIX, keep_masked, masked, refuse_exposure, refuse_masks,
    rewrite_values,
};
pub use similar_name::{did_you_mean, similar_name};
pub use strict_json::{JsonProblem, MAXIMUM_DEPTH, check_strict};
pub use sync_job::{
    CompleteStatistics, ConflictPolicy, MAXIMUM_WORKER_HOSTNAME_BYTES, NewSyncJob, SYNC_JOB_FIELDS,
    Statistics, SyncJob, SyncJobClaim, SyncJobFailure, SyncJobSort, bulk_retry_id, sync_job_fields,
};
pub use sync_job_status::{SyncJobStatus, SyncJobType, TriggerMethod};
pub use time_units::parse_duration;
pub use timestamp::Timestamp;
pub use warning::{MAXIMUM_WARNINGS, Warned, Warning};
