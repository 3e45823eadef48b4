//! `POST /{control_index}/_update/{id}`: merges fields into a document.

use actix_web::http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tributary_api::{
    Answer, ApiError, Body, Call, Content, Endpoint, ErrorKind, Handler, Parameter, ParameterKind, Reply,
    SourceFilter,
};
use tributary_domain::{Collection, Document, Id, Refusal};
use tributary_service::document::{self, Update};
use tributary_service::sync_job;

use super::guard::{GUARD, guard};
use super::parameters::{CHANGE, WRITING};
use super::write_answer::WriteAnswer;
use crate::control::{ControlIndex, read_source, source};

const RETRIES: Parameter = Parameter::new(
    "retry_on_conflict",
    ParameterKind::Integer,
    "Taken for the sake of clients: an update without a guard is repeated as often as needed.",
);
/// A partial update.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateBody {
    /// The fields that are merged into the document.
    doc: Option<Document>,
    /// The document that is stored if there is none.
    upsert: Option<Document>,
    /// Whether `doc` is stored if there is no document.
    doc_as_upsert: Option<bool>,
    /// Whether an update that changes nothing is not written; true by default.
    detect_noop: Option<bool>,
    /// Not served.
    script: Option<Value>,
    /// Whether the answer has the document.
    #[serde(rename = "_source")]
    source: Option<Value>,
}

/// The document after an update.
#[derive(Serialize)]
struct Updated<'a> {
    #[serde(flatten)]
    answer: &'a WriteAnswer,
    #[serde(skip_serializing_if = "Option::is_none")]
    get: Option<Got>,
}

#[derive(Serialize)]
struct Got {
    found: bool,
    #[serde(rename = "_source")]
    source: Box<RawValue>,
}

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "update",
    method: Method::POST,
    path: "/{control_index}/_update/{id}",
    parameters: &[&[RETRIES], SourceFilter::PARAMETERS, GUARD, WRITING],
    body: Body::Required(Content::of::<UpdateBody>(
        r#"{"doc": {"status": "completed", "indexed_document_count": 1024}}"#,
    )),
    answers: &[
        Answer {
            status: 200,
            description: "The fields are merged, or nothing had to be changed: `noop`.",
            content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
        },
        Answer {
            status: 201,
            description: "The document was missing and is created.",
            content: Content::of::<WriteAnswer>(WriteAnswer::EXAMPLE),
        },
    ],
    errors: &[ErrorKind::DocumentMissing, ErrorKind::ForbiddenTransition, ErrorKind::IndexNameTaken],
    summary: "Merges fields into a document of a control index: the status of a sync job is a step of its state machine.",
    handler: Handler::Here(|call| Box::pin(update(call))),
    ..CHANGE
};

async fn update(call: Call) -> Result<Reply, ApiError> {
    let (index, id, guard) = (ControlIndex::of(&call)?, call.id("id")?, guard(&call.arguments)?);
    let body: UpdateBody = call.body()?;
    let filter = filter_of(&call, &body)?;
    let update = with_lost_documents(&call, index, &id, body.read()?).await?;
    let written =
        document::update(call.store(), &call.context(), index.collection, &id, &update, guard).await?;
    let answer = WriteAnswer::written(index, &id, &written);
    let source = |filter: SourceFilter| source(&filter.apply(&written.document.to_json().into()));
    let get = filter.map(source).transpose()?.map(|source| Got { found: true, source });
    let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
    Ok(Reply { status, ..Reply::json(&Updated { answer: &answer, get }) })
}

/// Which fields of the document are answered, if it is.
fn filter_of(call: &Call, body: &UpdateBody) -> Result<Option<SourceFilter>, Refusal> {
    let given = |parameter: &Parameter| call.arguments.text(parameter);
    match SourceFilter::PARAMETERS.iter().find_map(given) {
        Some("false") => Ok(None),
        Some(_) => SourceFilter::read(&call.arguments).map(Some),
        None => body.source.as_ref().map_or(Ok(None), |source| read_source(Some(source))),
    }
}

/// The update as it has to be made: a sync that has lost all of its documents ends in an error.
pub(super) async fn with_lost_documents(
    call: &Call,
    index: ControlIndex,
    id: &Id,
    update: Update,
) -> Result<Update, ApiError> {
    match call.pipelines() {
        Some(pipelines) if index.collection == Collection::SYNC_JOBS => {
            Ok(sync_job::with_lost_documents(call.store(), &call.context(), pipelines, id, update).await?)
        }
        _ => Ok(update),
    }
}

impl UpdateBody {
    /// The update that the body describes.
    pub(super) fn read(self) -> Result<Update, Refusal> {
        if self.script.is_some() {
            let reason = "[script] is not served on control indices, only a partial [doc]".to_owned();
            return Err(Refusal::InvalidArgument(reason));
        }
        let mut partial = self.doc.ok_or_else(|| Refusal::validation("script or doc is missing"))?;
        partial.remove("id");
        let upsert = if self.doc_as_upsert == Some(true) { Some(partial.clone()) } else { self.upsert };
        Ok(Update { partial, upsert, detects_noop: self.detect_noop.unwrap_or(true) })
    }
}
