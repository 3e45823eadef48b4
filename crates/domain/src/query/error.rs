//! Why a query cannot be answered.

/// A query that its collection cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[{collection}] cannot be {used} by the field [{path}]")]
pub struct QueryError {
    /// The name of the collection.
    pub collection: &'static str,
    /// The path of the field.
    pub path: &'static str,
    /// For what its schema does not declare it: `filtered`, `ordered` or `counted`.
    pub used: &'static str,
}
