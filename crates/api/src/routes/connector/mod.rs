//! The endpoints of connectors.

pub(super) mod check_in;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod put;

/// A connector as its maker describes it.
const PROPERTIES_EXAMPLE: &str =
    r#"{"index_name": "search-orders", "service_type": "postgresql", "name": "Orders"}"#;

/// The name of the id in the paths.
const ID: &str = "connector_id";
