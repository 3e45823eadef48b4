//! The endpoints of connectors.

pub(super) mod activate_filtering;
pub(super) mod api_key_id;
pub(super) mod check_in;
pub(super) mod configuration;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod error;
pub(super) mod features;
pub(super) mod filtering;
pub(super) mod filtering_validation;
pub(super) mod get;
pub(super) mod index_name;
pub(super) mod last_sync;
pub(super) mod list;
pub(super) mod name;
pub(super) mod native;
pub(super) mod pipeline;
pub(super) mod put;
pub(super) mod scheduling;
pub(super) mod service_type;
pub(super) mod status;

use tributary_domain::{Connector, InclusionOfDeleted, Refusal, Timestamp};
use tributary_storage::{Collection, StoreExt};

use crate::call::Call;
use crate::error::ApiError;
use crate::reply::Reply;

/// A connector as its maker describes it.
const PROPERTIES_EXAMPLE: &str =
    r#"{"index_name": "search-orders", "service_type": "postgresql", "name": "Orders"}"#;

/// The name of the id in the paths.
const ID: &str = "connector_id";

/// Changes the connector that the path names by a decision of the domain; one that is deleted is not
/// there.
async fn change(
    call: &Call,
    mut decide: impl FnMut(Connector, &str, Timestamp) -> Result<Connector, Refusal> + Send,
) -> Result<Reply, ApiError> {
    let id = call.id(ID)?;
    let now = call.now();
    let decide = |connector: Connector| {
        decide(connector.visible(id.as_str(), InclusionOfDeleted(false))?, id.as_str(), now)
    };
    Ok(Reply::changed(call.store().change(Collection::Connectors, &id, decide).await?))
}
