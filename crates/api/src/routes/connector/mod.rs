//! The endpoints of connectors.

pub(super) mod check_in;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod put;

/// The name of the id in the paths.
const ID: &str = "connector_id";
