//! Why a request is not granted: everything a client can get wrong.

use crate::{ConnectorStatus, SyncJobStatus, SyncJobType};

/// A request that the rules do not allow. The text is meant for the client and names what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A parameter or a field has a value that it cannot have.
    #[error("{0}")]
    InvalidArgument(String),
    /// A request fails checks; all of them are named at once.
    #[error("Validation Failed: {}", numbered(.0))]
    ValidationFailed(Vec<String>),
    /// A body that is not the JSON that is needed.
    #[error("{0}")]
    MalformedBody(String),
    /// A body with a field that the endpoint does not know or a value of the wrong type.
    #[error("{0}")]
    UnexpectedContent(String),
    /// The state machine of sync jobs has no such step.
    #[error("sync job [{id}] cannot go from status [{from}] to [{to}]")]
    ForbiddenTransition {
        /// The sync job.
        id: String,
        /// The status it has, or what stands in its place.
        from: String,
        /// The status that was asked for.
        to: SyncJobStatus,
    },
    /// The state machine of connectors has no such step.
    #[error("connector [{id}] cannot go from status [{from}] to [{to}]")]
    ForbiddenConnectorTransition {
        /// The connector.
        id: String,
        /// The status it has, or what stands in its place.
        from: String,
        /// The status that was asked for.
        to: ConnectorStatus,
    },
    /// A native connector can only write to an index with the prefix of such indices.
    #[error("index name [{index_name}] must start with [{prefix}] for a native connector")]
    NotANativeIndex {
        /// The index.
        index_name: String,
        /// What its name must start with.
        prefix: &'static str,
    },
    /// Another worker has the sync job.
    #[error("sync job [{id}] is already claimed by worker [{worker}]")]
    ClaimedByAnother {
        /// The sync job.
        id: String,
        /// The worker that holds it.
        worker: String,
    },
    /// A document is not in the version that a write expects.
    #[error("[{id}]: version conflict, {expected}. current document has {current}")]
    VersionConflict {
        /// The document.
        id: String,
        /// What the write expects.
        expected: String,
        /// The version of the document.
        current: String,
    },
    /// An index that a request would create exists.
    #[error("index [{0}] already exists")]
    IndexExists(String),
    /// A document that a partial update is for does not exist.
    #[error("[{0}]: document missing")]
    DocumentMissing(String),
    /// A connector lacks what a sync job needs.
    #[error("connector [{connector_id}] has no [{field}], which a sync job needs")]
    ConnectorIncomplete {
        /// The connector.
        connector_id: String,
        /// The field that is missing.
        field: &'static str,
    },
    /// Values for fields that a connector's configuration does not have.
    #[error("the configuration has no fields [{0}]: values can only be given to fields that are there")]
    UnknownConfigurationFields(String),
    /// The draft of a connector's rules is not known to be valid.
    #[error(
        "the draft of the filtering of connector [{id}] cannot be activated: its validation state is [{state}], not [valid]"
    )]
    DraftNotValid {
        /// The connector.
        id: String,
        /// The state of the draft, or what stands in its place.
        state: String,
    },
    /// No such connector, or it is deleted.
    #[error("connector [{0}] does not exist")]
    ConnectorNotFound(String),
    /// No such sync job.
    #[error("sync job [{0}] does not exist")]
    SyncJobNotFound(String),
    /// No such secret.
    #[error("connector secret [{0}] does not exist")]
    SecretNotFound(String),
    /// No such API key.
    #[error("API key [{0}] does not exist")]
    ApiKeyNotFound(String),
    /// Only a job that has ended is retried.
    #[error("sync job [{id}] has the status [{status}], only one that has ended can be retried")]
    NotEnded {
        /// The sync job.
        id: String,
        /// The status it has, or what stands in its place.
        status: String,
    },
    /// The connector has a pending job already, and the request does not want another one.
    #[error("connector [{connector_id}] already has the pending sync job [{job_id}] of type [{job_type}]")]
    PendingJobExists {
        /// The connector.
        connector_id: String,
        /// The type that was asked for.
        job_type: SyncJobType,
        /// The pending job.
        job_id: String,
    },
    /// An idempotency key names another request.
    #[error(
        "the idempotency key was used for another request in the last 24 hours; a new request needs a key of its own"
    )]
    IdempotencyKeyReused,
    /// The first request with an idempotency key has not been answered yet.
    #[error(
        "a request with the same idempotency key is still running; repeat it after a while to get its answer"
    )]
    IdempotencyKeyInUse,
    /// Two live connectors cannot write to one index.
    #[error("index name [{index_name}] is already used by connector [{connector_id}]")]
    IndexNameTaken {
        /// The index both want.
        index_name: String,
        /// The connector that has it.
        connector_id: String,
    },
}

impl Refusal {
    /// A refusal by a single failed check.
    pub fn validation(problem: impl Into<String>) -> Self {
        Self::ValidationFailed(vec![problem.into()])
    }

    /// A refusal by failed checks, if there are any.
    pub(crate) fn if_any(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self::ValidationFailed(problems)) }
    }
}

/// Refuses a body that has none of the fields of which one is needed; each is given with whether it is
/// there.
pub(crate) fn require_one(fields: &[(&str, bool)]) -> Result<(), Refusal> {
    if fields.iter().any(|(_, present)| *present) {
        return Ok(());
    }
    let names: Vec<String> = fields.iter().map(|(name, _)| format!("[{name}]")).collect();
    Err(Refusal::validation(format!("{} is required", names.join(" or "))))
}

fn numbered(problems: &[String]) -> String {
    use std::fmt::Write as _;
    problems.iter().enumerate().fold(String::new(), |mut text, (index, problem)| {
        let _ = write!(text, "{}: {problem};", index + 1);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validation_names_every_problem() {
        let refusal = Refusal::ValidationFailed(vec!["a is bad".into(), "b is worse".into()]);
        assert_eq!(refusal.to_string(), "Validation Failed: 1: a is bad;2: b is worse;");
    }
}
