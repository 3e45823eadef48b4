//! `GET /{control_index}/_doc/{id}`: a connector or a sync job with its version.

use actix_web::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use tributary_api::{Answer, ApiError, Call, Content, Endpoint, Handler, Reply, SourceFilter};
use tributary_domain::{Document, Id};
use tributary_service::document::{self, DocumentVersion};
use tributary_storage::Versioned;

use super::parameters::{READ, READING};
use crate::control::{ControlIndex, number_of, source};

/// A document, if it was found.
#[derive(Serialize, JsonSchema)]
struct Got {
    #[serde(rename = "_index")]
    index: String,
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_version", skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(rename = "_seq_no", skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(rename = "_primary_term", skip_serializing_if = "Option::is_none")]
    term: Option<u64>,
    found: bool,
    #[serde(rename = "_source", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Document>")]
    source: Option<Box<RawValue>>,
}

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "get",
    path: "/{control_index}/_doc/{id}",
    parameters: &[SourceFilter::PARAMETERS, READING],
    answers: &[
        Answer {
            status: 200,
            description: "The document.",
            content: Content::of::<Got>(
                r#"{"_index": ".elastic-connectors-v1", "_id": "c", "_version": 8, "_seq_no": 7, "_primary_term": 1, "found": true, "_source": {"name": "my connector"}}"#,
            ),
        },
        Answer {
            status: 404,
            description: "There is no such document.",
            content: Content::of::<Got>(
                r#"{"_index": ".elastic-connectors-v1", "_id": "c", "found": false}"#,
            ),
        },
    ],
    summary: "Answers a document of a control index with its version.",
    handler: Handler::Here(|call| Box::pin(get(call))),
    ..READ
};

async fn get(call: Call) -> Result<Reply, ApiError> {
    let (index, id) = (ControlIndex::of(&call)?, call.id("id")?);
    let filter = SourceFilter::read(&call.arguments)?;
    let has_source = call.arguments.text(&SourceFilter::PARAMETERS[0]) != Some("false");
    match document::get(call.store(), &call.context(), index.collection, &id).await? {
        Some(Versioned { version, document }) => {
            let version = DocumentVersion::from(version);
            let source = has_source.then(|| source(&filter.apply(&document))).transpose()?;
            Ok(Reply::json(&Got {
                version: Some(number_of(version)),
                sequence: Some(version.sequence),
                term: Some(version.term),
                source,
                ..Got::missing(index, &id, true)
            }))
        }
        None => Ok(Reply { status: StatusCode::NOT_FOUND, ..Reply::json(&Got::missing(index, &id, false)) }),
    }
}

impl Got {
    fn missing(index: ControlIndex, id: &Id, found: bool) -> Self {
        let (version, sequence, term, source) = (None, None, None, None);
        Self { index: index.name(), id: id.to_string(), version, sequence, term, found, source }
    }
}
