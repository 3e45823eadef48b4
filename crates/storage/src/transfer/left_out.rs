//! Documents that a transfer skips.

use std::fmt;

use tributary_domain::Id;

use super::error::kind;
use crate::Collection;

/// A document that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its kind.
    pub collection: Collection,
    /// Its id.
    pub id: Id,
    /// Why.
    pub reason: Reason,
}

/// Why a document was skipped; the target is unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The target has another document under this id.
    Differs,
    /// Another connector of the target has the index name.
    IndexNameTaken {
        /// The index name.
        index_name: String,
        /// The connector with that index name.
        connector_id: String,
    },
    /// The target does not support the document.
    Rejected(String),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} [{}] ", kind(self.collection), self.id)?;
        match &self.reason {
            Reason::Differs => formatter.write_str("is there already with other content"),
            Reason::IndexNameTaken { index_name, connector_id } => {
                write!(formatter, "wants the index name [{index_name}], which connector [{connector_id}] has")
            }
            Reason::Rejected(reason) => write!(formatter, "is refused by the target: {reason}"),
        }
    }
}
