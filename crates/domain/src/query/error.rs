//! Errors of invalid queries.

/// A query that its collection does not support.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[{collection}] cannot be {used} by the field [{path}]")]
pub struct QueryError {
    /// The name of the collection.
    pub collection: &'static str,
    /// The path of the field.
    pub path: &'static str,
    /// The use that the schema does not declare: `filtered`, `ordered` or `counted`.
    pub used: &'static str,
}
