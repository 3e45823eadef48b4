//! What the endpoints that create a sync job have in common.

use std::sync::Arc;

use actix_web::http::Method;
use tributary_domain::{Enumeration, Id, IdempotencyKey, IfPending, MAXIMUM_IDEMPOTENCY_KEY, Warning};
use tributary_service::Context;
use tributary_service::sync_job::{self, CreatedJob, Creation, CreationTerms};

use crate::answer::{Created, Reply};
use crate::background;
use crate::endpoint::{Answer, Call, Content, Endpoint, RequestHeader};
use crate::error::{ApiError, ErrorKind};
use crate::parameter::{Parameter, ParameterKind};
use crate::state::ApiState;

const EXAMPLE: &str = r#"{"id": "01a20bed-cb8b-7682-8d94-3d1b17bbb103"}"#;

const IF_PENDING: Parameter = Parameter {
    name: "if_pending",
    kind: ParameterKind::Keyword(IfPending::WORDS),
    default: Some("create"),
    description: "What happens if the connector has a pending job of the same type: a job is created nevertheless, the \
                  id of the pending job is returned, or the request is rejected. An extension.",
};
const IDEMPOTENCY_KEY: RequestHeader = RequestHeader {
    name: "Idempotency-Key",
    maximum_length: MAXIMUM_IDEMPOTENCY_KEY,
    description: "A name for the request, of visible ASCII characters. For 24 hours, a repeated request with the same \
                  key has the answer of the first and creates nothing. An extension.",
};

/// The base of the endpoints that create a sync job.
pub(super) const CREATE: Endpoint = Endpoint {
    method: Method::POST,
    parameters: &[&[IF_PENDING]],
    headers: &[IDEMPOTENCY_KEY],
    answers: &[
        Answer {
            status: 200,
            description: "With `if_pending=return`, the connector has a pending job of the same type; its id.",
            content: Content::of::<Created<'_>>(EXAMPLE),
        },
        Answer {
            status: 201,
            description: "The job is created.",
            content: Content::of::<Created<'_>>(EXAMPLE),
        },
    ],
    errors: &[
        ErrorKind::ConnectorIncomplete,
        ErrorKind::NotFound,
        ErrorKind::PendingJobExists,
        ErrorKind::IdempotencyKeyInUse,
        ErrorKind::IdempotencyKeyReused,
    ],
    ..Endpoint::BASE
};

/// Creates a job on the terms of the call.
pub(super) async fn create(call: Call, creation: Creation) -> Result<Reply, ApiError> {
    let key = call.headers.get(&IDEMPOTENCY_KEY).map(IdempotencyKey::parse).transpose()?;
    let if_pending = call.arguments.keyword(&IF_PENDING)?.unwrap_or(IfPending::Create);
    let warned = (Arc::clone(&call.state), call.context());
    let is_recorded = key.is_some() || if_pending != IfPending::Create;
    let terms = CreationTerms { if_pending, idempotency_key: key };
    let run =
        move || async move { Ok(sync_job::create(call.store(), &call.context(), &creation, &terms).await?) };
    // If the client leaves, a creation in several steps goes on to its end.
    let CreatedJob { id, was_created } =
        if is_recorded { background::run(run).await? } else { run().await? };
    let reply =
        if was_created { Reply::created(id.as_str()) } else { Reply::json(&Created { id: id.as_str() }) };
    Ok(reply.with_warnings(warnings(&warned.0, &warned.1, &id).await))
}

/// The warning that the ingest pipeline of a new job is missing, if it is.
async fn warnings(state: &ApiState, context: &Context, id: &Id) -> Vec<Warning> {
    let Some(pipelines) = state.pipelines.as_deref() else { return Vec::new() };
    // The job is created, whatever can be found out about it.
    let missing = sync_job::missing_pipeline(&*state.store, context, pipelines, id).await.unwrap_or_default();
    let advice = "does not exist where documents are indexed: every document of the sync would be lost";
    missing.into_iter().map(|name| Warning::new("pipeline.name", advice).found(&name)).collect()
}
