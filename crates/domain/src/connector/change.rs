//! What may happen to a connector.

use super::{Connector, fields};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::{Refusal, Timestamp};

pub(super) const INCLUDE_DELETED: Parameter = Parameter {
    name: "include_deleted",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether connectors that were deleted softly are there as well.",
};
const DELETE_SYNC_JOBS: Parameter = Parameter {
    name: "delete_sync_jobs",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the connector's sync jobs are deleted with it.",
};
const HARD: Parameter = Parameter {
    name: "hard",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the connector is removed for good, rather than marked as deleted.",
};

/// The query parameters of getting a connector.
pub const GET_PARAMETERS: &[Parameter] = &[INCLUDE_DELETED];
/// The query parameters of deleting a connector.
pub const DELETE_PARAMETERS: &[Parameter] = &[DELETE_SYNC_JOBS, HARD];

const DRY_RUN: Parameter = Parameter {
    name: "dry_run",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the change is only tried: the answer has its warnings, and nothing is stored; an extension.",
};
/// The query parameters of changes that can be tried.
pub const DRY_RUN_PARAMETERS: &[Parameter] = &[DRY_RUN];

/// Whether a change is only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DryRun(pub bool);

impl DryRun {
    /// Reads it from the parameters of a request.
    pub fn parse(arguments: &Arguments) -> Result<Self, Refusal> {
        Ok(Self(arguments.boolean(&DRY_RUN)?))
    }
}

/// Whether softly deleted connectors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InclusionOfDeleted(pub bool);

impl InclusionOfDeleted {
    /// Reads it from the parameters of a request.
    pub fn parse(arguments: &Arguments) -> Result<Self, Refusal> {
        Ok(Self(arguments.boolean(&INCLUDE_DELETED)?))
    }
}

/// How a connector is to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// Its sync jobs go with it.
    pub delete_sync_jobs: bool,
    /// It is removed, rather than marked.
    pub hard: bool,
}

impl Deletion {
    /// Reads it from the parameters of a request.
    pub fn parse(arguments: &Arguments) -> Result<Self, Refusal> {
        let delete_sync_jobs = arguments.boolean(&DELETE_SYNC_JOBS)?;
        Ok(Self { delete_sync_jobs, hard: arguments.boolean(&HARD)? })
    }
}

impl Connector {
    /// The connector, if it is there for those who ask: a softly deleted one only where those count.
    pub fn visible(self, id: &str, deleted: InclusionOfDeleted) -> Result<Self, Refusal> {
        if self.is_deleted() && !deleted.0 {
            Err(Refusal::ConnectorNotFound(id.to_owned()))
        } else {
            Ok(self)
        }
    }

    /// The worker is alive.
    #[must_use]
    pub fn check_in(mut self, now: Timestamp) -> Self {
        self.document.set(fields::LAST_SEEN, &now);
        self
    }

    /// The connector, marked as deleted: its index is free for another one.
    #[must_use]
    pub fn delete_softly(mut self) -> Self {
        self.document.set(fields::DELETED, &true);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn a_deleted_connector_is_there_for_those_who_ask_for_it() {
        let connector = Connector::from(Document::parse(r#"{"index_name":"i"}"#).unwrap());
        assert_eq!(connector.held_index_name().as_deref(), Some("i"));
        let deleted = connector.delete_softly();
        assert_eq!(deleted.held_index_name(), None);
        assert!(deleted.clone().visible("c", InclusionOfDeleted(true)).is_ok());
        assert!(deleted.visible("c", InclusionOfDeleted(false)).is_err());
    }
}
