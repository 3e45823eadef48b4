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

use tributary_domain::{Connector, DryRun, InclusionOfDeleted, Refusal, Timestamp, Warned, Warning};
use tributary_storage::{Collection, Outcome, StoreExt};

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
async fn change<C: Into<Warned<Connector>>>(
    call: &Call,
    decide: impl FnMut(Connector, &str, Timestamp) -> Result<C, Refusal> + Send,
) -> Result<Reply, ApiError> {
    let (outcome, warnings) = change_or_try(call, DryRun(false), decide).await?;
    Ok(Reply::changed(outcome).with_warnings(warnings))
}

/// The same, unless the request says that it is only to be tried: then the warnings are the answer, and
/// nothing is stored.
async fn change_unless_dry_run<C: Into<Warned<Connector>>>(
    call: &Call,
    decide: impl FnMut(Connector, &str, Timestamp) -> Result<C, Refusal> + Send,
) -> Result<Reply, ApiError> {
    let dry_run = DryRun::parse(&call.arguments)?;
    let (outcome, warnings) = change_or_try(call, dry_run, decide).await?;
    let reply = if dry_run.0 { Reply::tried(outcome, &warnings) } else { Reply::changed(outcome) };
    Ok(reply.with_warnings(warnings))
}

async fn change_or_try<C: Into<Warned<Connector>>>(
    call: &Call,
    DryRun(dry_run): DryRun,
    mut decide: impl FnMut(Connector, &str, Timestamp) -> Result<C, Refusal> + Send,
) -> Result<(Outcome, Vec<Warning>), ApiError> {
    let id = call.id(ID)?;
    let now = call.now();
    let mut warnings = Vec::new();
    let mut decide = |connector: Connector| {
        let present = connector.visible(id.as_str(), InclusionOfDeleted(false))?;
        let decided = decide(present, id.as_str(), now)?.into();
        warnings = decided.warnings;
        Ok(decided.value)
    };
    let outcome = if dry_run {
        let (before, _): (Connector, _) = call.store().load(Collection::Connectors, &id).await?;
        let after = decide(before.clone()).map_err(ApiError::Refused)?;
        if after == before { Outcome::Noop } else { Outcome::Updated }
    } else {
        call.store().change(Collection::Connectors, &id, decide).await?
    };
    Ok((outcome, warnings))
}
