//! `DELETE /_connector/{id}`: softly or for good, with its sync jobs or without.

use actix_web::http::Method;
use tributary_domain::{
    Connector, DELETE_PARAMETERS, Deletion, Document, FilterField, Id, InclusionOfDeleted, SyncJobQuery,
};
use tributary_storage::{Collection, StoreExt, within_one_request};

use super::ID;
use crate::call::Call;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;
use crate::routes::sync_job::remove_all;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.delete",
    method: Method::DELETE,
    path: "/_connector/{connector_id}",
    parameters: DELETE_PARAMETERS,
    body: Body::None,
    answers: &[Answer::ACKNOWLEDGED],
    errors: &[ErrorKind::InvalidArgument, ErrorKind::NotFound, ErrorKind::Conflict],
    summary: "Deletes a connector: softly, or for good, with its sync jobs or without.",
    extension: false,
    handler: handler!(delete),
};

/// How many sync jobs are removed side by side.
const REMOVED_TOGETHER: u32 = 500;

async fn delete(call: Call) -> Result<Reply, ApiError> {
    let deletion = Deletion::parse(&call.arguments)?;
    let id = call.id(ID)?;
    let visible = |connector: Connector| connector.visible(id.as_str(), InclusionOfDeleted(deletion.hard));
    let (connector, _): (Connector, _) = call.store().load(Collection::Connectors, &id).await?;
    visible(connector)?;
    // The jobs go first: if the service ends in between, the same request finishes the work.
    if deletion.delete_sync_jobs {
        delete_sync_jobs(&call, &id).await?;
    }
    within_one_request(async {
        if deletion.hard {
            return call.store().remove(Collection::Connectors, &id).await;
        }
        let decide = |connector: Connector| Ok(visible(connector)?.delete_softly());
        call.store().change(Collection::Connectors, &id, decide).await.map(drop)
    })
    .await?;
    Ok(Reply::acknowledged())
}

async fn delete_sync_jobs(call: &Call, connector: &Id) -> Result<(), ApiError> {
    let query = SyncJobQuery { size: REMOVED_TOGETHER, ..SyncJobQuery::default() }
        .with(FilterField::ConnectorId, [connector.to_string()]);
    // However many there are: each round has the time of a request.
    while within_one_request(delete_some_sync_jobs(call, &query)).await? {}
    Ok(())
}

/// Deletes the sync jobs of a page; whether there were any.
async fn delete_some_sync_jobs(call: &Call, query: &SyncJobQuery) -> Result<bool, ApiError> {
    let page = call.store().list_sync_jobs(query).await?;
    let ids: Vec<Id> = page.documents.iter().map(id_of).collect::<Result<_, _>>()?;
    let any = !ids.is_empty();
    remove_all(call, ids).await?;
    Ok(any)
}

/// The id of a rendered document.
fn id_of(rendered: &[u8]) -> Result<Id, ApiError> {
    let document: Document =
        serde_json::from_slice(rendered).map_err(|error| ApiError::Internal(error.into()))?;
    let id = document.id().ok_or_else(|| ApiError::Internal("a stored document has no id".into()))?;
    Ok(Id::parse("id", id)?)
}
