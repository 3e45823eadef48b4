//! State changes of a connector: deletion and heartbeat.

use super::{Connector, fields};
use crate::{Refusal, Timestamp};

/// Whether softly deleted connectors are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InclusionOfDeleted(pub bool);

/// How to delete a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// Whether to delete its sync jobs as well.
    pub delete_sync_jobs: bool,
    /// Whether to delete it permanently instead of softly.
    pub hard: bool,
}

impl Connector {
    /// The connector, unless it is softly deleted and those are excluded.
    pub fn visible(self, id: &str, deleted: InclusionOfDeleted) -> Result<Self, Refusal> {
        if self.is_deleted() && !deleted.0 {
            Err(Refusal::ConnectorNotFound(id.to_owned()))
        } else {
            Ok(self)
        }
    }

    /// Heartbeat of the worker.
    #[must_use]
    pub fn check_in(mut self, now: Timestamp) -> Self {
        self.document.set(fields::LAST_SEEN, &now);
        self
    }

    /// The connector, marked as deleted: its index name is released.
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
