//! `/{control_index}/_search`: searches connectors or sync jobs.

use actix_web::http::Method;
use serde_json::{Value, json};
use tributary_api::{
    Answer, ApiError, Arguments, Body, Call, Content, Endpoint, Handler, Parameter, ParameterKind, Reply,
    SourceFilter,
};
use tributary_domain::Refusal;

use super::parameters::{READ, SEARCHING};
use crate::control::{ControlIndex, Search, SearchAnswer, SearchBody, search};

const FROM: Parameter =
    Parameter::new("from", ParameterKind::Integer, "How many matching documents to skip.");
const SIZE: Parameter = Parameter::new("size", ParameterKind::Integer, "The most hits, 10 by default.");
const SORT: Parameter = Parameter::new(
    "sort",
    ParameterKind::TextList,
    "Fields, each with :asc or :desc, instead of those of the body.",
);
const SEQUENCE: Parameter = Parameter::new(
    "seq_no_primary_term",
    ParameterKind::Boolean,
    "Whether each hit has its _seq_no and _primary_term.",
);
const VERSION: Parameter =
    Parameter::new("version", ParameterKind::Boolean, "Whether each hit has its _version.");
const TRACK_TOTAL: Parameter = Parameter::new(
    "track_total_hits",
    ParameterKind::Text,
    "Whether the number of matching documents is answered; it is always exact.",
);
const TOTAL_AS_NUMBER: Parameter = Parameter::new(
    "rest_total_hits_as_int",
    ParameterKind::Boolean,
    "Whether the number of matching documents is a number and no object.",
);

pub(super) const POST_ENDPOINT: Endpoint = Endpoint {
    name: "search",
    method: Method::POST,
    path: "/{control_index}/_search",
    parameters: &[
        &[FROM, SIZE, SORT, SEQUENCE, VERSION, TRACK_TOTAL, TOTAL_AS_NUMBER],
        SourceFilter::PARAMETERS,
        SEARCHING,
    ],
    body: Body::Optional(Content::of::<SearchBody>(
        r#"{"query": {"bool": {"filter": [{"terms": {"status": ["pending", "suspended"]}}]}}, "size": 100}"#,
    )),
    answers: &[Answer {
        status: 200,
        description: "The hits.",
        content: Content::of::<SearchAnswer>(
            r#"{"took": 1, "timed_out": false, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0}, "hits": {"total": {"value": 0, "relation": "eq"}, "max_score": null, "hits": []}}"#,
        ),
    }],
    summary: "Searches a control index.",
    handler: Handler::Here(|call| Box::pin(search_documents(call))),
    ..READ
};

pub(super) const GET_ENDPOINT: Endpoint = Endpoint { method: Method::GET, ..POST_ENDPOINT };

async fn search_documents(call: Call) -> Result<Reply, ApiError> {
    let index = ControlIndex::of(&call)?;
    let mut body: SearchBody = call.optional_body()?.unwrap_or_default();
    let arguments = &call.arguments;
    for (parameter, field) in [(&FROM, &mut body.from), (&SIZE, &mut body.size)] {
        if arguments.text(parameter).is_some() {
            *field = Some(arguments.integer(parameter)?.into());
        }
    }
    body.sort = sort(arguments).or(body.sort);
    body.seq_no_primary_term = arguments.optional_boolean(&SEQUENCE)?.or(body.seq_no_primary_term);
    body.version = arguments.optional_boolean(&VERSION)?.or(body.version);
    if let Some(tracks) = arguments.text(&TRACK_TOTAL) {
        body.track_total_hits = Some(Value::Bool(tracks != "false"));
    }
    let context = call.context();
    let read = Search::read(index.collection, context.now(), &body)?;
    let read = read.with_total_as_number(arguments.boolean(&TOTAL_AS_NUMBER)?);
    let read = with_source(read, arguments)?;
    Ok(Reply::json(&search(call.store(), &context, &read).await?))
}

/// The sort clause that the parameter is.
fn sort(arguments: &Arguments) -> Option<Value> {
    let fields = arguments.texts(&SORT);
    let field = |text: &&str| match text.rsplit_once(':') {
        Some((path, order)) => json!({ path: order }),
        None => json!(text),
    };
    (!fields.is_empty()).then(|| fields.iter().map(field).collect())
}

/// The search with the fields that the parameters select, if they do.
fn with_source(search: Search, arguments: &Arguments) -> Result<Search, Refusal> {
    let is_given = |parameter: &&Parameter| arguments.text(parameter).is_some();
    let Some(first) = SourceFilter::PARAMETERS.iter().find(is_given) else { return Ok(search) };
    let is_nothing = arguments.text(first) == Some("false");
    let filter = SourceFilter::read(arguments)?;
    Ok(search.with_source((!is_nothing).then_some(filter)))
}
