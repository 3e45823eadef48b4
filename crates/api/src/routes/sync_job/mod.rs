//! The endpoints of sync jobs.

mod bulk;
pub(super) mod cancel;
pub(super) mod cancel_by_query;
pub(super) mod canceled;
pub(super) mod check_in;
pub(super) mod claim;
pub(super) mod complete;
pub(super) mod count;
pub(super) mod create;
mod creation;
mod date_filter;
pub(super) mod delete;
pub(super) mod delete_by_query;
pub(super) mod error;
mod events;
mod filter;
pub(super) mod get;
mod grouping;
pub(super) mod list;
pub(super) mod retry;
pub(super) mod retry_by_query;
mod sorting;
pub(super) mod stats;
pub(super) mod stream;
pub(super) mod suspend;
pub(super) mod watch;

use actix_web::http::Method;
use serde::de::DeserializeOwned;
use tributary_service::sync_job::{self, SyncJobChange};
use tributary_storage::Outcome;

use crate::answer::Reply;
use crate::endpoint::{Answer, Call, Endpoint};
use crate::error::{ApiError, ErrorKind};

/// The statistics that a worker may report.
const STATISTICS_EXAMPLE: &str = r#"{"deleted_document_count": 3, "indexed_document_count": 1024, "indexed_document_volume": 12, "total_document_count": 4096}"#;

/// The path parameter with the id.
const ID: &str = "connector_sync_job_id";

/// The base of the endpoints that change a sync job.
const CHANGE: Endpoint = Endpoint {
    method: Method::PUT,
    answers: &[Answer::UPDATED],
    errors: &[ErrorKind::ForbiddenTransition, ErrorKind::NotFound],
    ..Endpoint::BASE
};

/// Changes the job of the path. If it was already in that state, as with two requests in one millisecond, the answer
/// is the same: clients are promised `updated`.
async fn change(call: Call, change: SyncJobChange) -> Result<Reply, ApiError> {
    sync_job::change(call.store(), &call.context(), &call.id(ID)?, &change).await?;
    Ok(Reply::changed(Outcome::Updated))
}

/// Changes the job of the path with the body.
async fn change_by_body<B: DeserializeOwned>(
    call: Call,
    of_body: fn(B) -> SyncJobChange,
) -> Result<Reply, ApiError> {
    let wanted = of_body(call.body()?);
    change(call, wanted).await
}

/// The same, with an optional body.
async fn change_by_optional_body<B: DeserializeOwned>(
    call: Call,
    of_body: fn(Option<B>) -> SyncJobChange,
) -> Result<Reply, ApiError> {
    let wanted = of_body(call.optional_body()?);
    change(call, wanted).await
}
