//! Looks at the processors of an ingest pipeline: they decide which index a document goes to.

use serde_json::Value;
use tributary_api::ApiError;

use super::expression;
use super::needs::SEND_ELSEWHERE;
use super::own_names::OwnNames;
use super::rights::{ANY, Rights};

/// Processors that change the index by nothing but the field `_index`, if at all.
const HARMLESS: &[&str] = &[
    "append",
    "attachment",
    "bytes",
    "circle",
    "community_id",
    "convert",
    "copy",
    "csv",
    "date",
    "dissect",
    "drop",
    "enrich",
    "fail",
    "fingerprint",
    "foreach",
    "geoip",
    "grok",
    "gsub",
    "html_strip",
    "inference",
    "join",
    "json",
    "kv",
    "lowercase",
    "network_direction",
    "pipeline",
    "registered_domain",
    "remove",
    "rename",
    "reroute",
    "set",
    "sort",
    "sparse_encoding",
    "split",
    "text_chunking",
    "text_embedding",
    "trim",
    "uppercase",
    "uri_parts",
    "urldecode",
    "user_agent",
];
/// The field that decides.
const INDEX: &str = "_index";
const TEMPLATE: &str = "{{";
/// What holds all fields of a document, so that the index is a part of it.
const ROOTS: &[&str] = &["_source", "_ingest"];

/// Checks the body of a pipeline, or of its simulation.
pub(super) fn check(own: &OwnNames, rights: &Rights, body: &[u8]) -> Result<(), ApiError> {
    // The shape is the engine's business: what is no list of processors is looked at by nobody else.
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let pipeline = body.get("pipeline").filter(|pipeline| pipeline.is_object()).unwrap_or(&body);
    check_lists(own, rights, pipeline)
}

/// Checks `processors` and `on_failure` of a pipeline or of a processor.
fn check_lists(own: &OwnNames, rights: &Rights, holder: &Value) -> Result<(), ApiError> {
    for list in ["processors", "on_failure"].into_iter().filter_map(|name| holder.get(name)?.as_array()) {
        list.iter()
            .filter_map(Value::as_object)
            .flatten()
            .try_for_each(|(kind, processor)| check_processor(own, rights, kind, processor))?;
    }
    Ok(())
}

fn check_processor(own: &OwnNames, rights: &Rights, kind: &str, processor: &Value) -> Result<(), ApiError> {
    if !HARMLESS.contains(&kind) {
        return Err(refused(kind, "it could send documents to any index"));
    }
    check_lists(own, rights, processor)?;
    if let Some(inner) = processor.get("processor").and_then(Value::as_object) {
        inner.iter().try_for_each(|(kind, processor)| check_processor(own, rights, kind, processor))?;
    }
    if processor.get("add_to_root").is_some_and(|value| *value != Value::Bool(false)) {
        return Err(refused(kind, "[add_to_root] could replace the index of documents"));
    }
    let text = |name: &str| processor.get(name).and_then(Value::as_str);
    if kind == "kv" && text("target_field").is_none_or(|field| field.trim().is_empty()) {
        return Err(refused(kind, "without [target_field] it could replace the index of documents"));
    }
    let is_root =
        |name: &str| text(name).is_some_and(|field| ROOTS.contains(&field.trim_matches(['.', ' '])));
    if is_root("field") || is_root("target_field") {
        return Err(refused(kind, "what it writes there could be the index of documents"));
    }
    if kind == "dissect" && text("pattern").is_some_and(has_references) {
        return Err(refused(kind, "keys with [*] or [&] take the names of fields from documents"));
    }
    if kind == "set" && text("field") == Some(INDEX) {
        return match text("value") {
            Some(value) if !value.contains(TEMPLATE) && processor.get("copy_from").is_none() => {
                expression::in_text(own, value)?;
                rights.check(&SEND_ELSEWHERE, value)
            }
            _ => Err(refused(
                kind,
                "the index of documents can only be set to a name that stands in the pipeline",
            )),
        };
    }
    let is_template = |name: &str| text(name).is_some_and(|value| value.contains(TEMPLATE));
    if is_template("field") || is_template("target_field") {
        return Err(refused(kind, "a field that is computed could be the index of documents"));
    }
    if kind == "reroute" && processor.get("type").is_some() {
        return Err(refused(kind, "[type] is the beginning of any name"));
    }
    if kind == "reroute" && !processor.as_object().is_some_and(has_no_template) {
        return Err(refused(kind, "its target can only be a name that stands in the pipeline"));
    }
    if kind == "reroute" {
        // Its target depends on the name of the index that a document was sent to.
        rights.check(&SEND_ELSEWHERE, ANY)?;
    }
    let without_inner = processor.as_object().into_iter().flatten();
    let mut values = without_inner
        .filter(|(name, _)| !["processor", "on_failure", "if", "description"].contains(&name.as_str()));
    if values.any(|(_, value)| mentions_index(value)) {
        return Err(refused(kind, "only [set] can change the index of documents"));
    }
    Ok(())
}

/// Whether a pattern of `dissect` has keys whose names come from the document, `%{*name} %{&name}`.
fn has_references(pattern: &str) -> bool {
    pattern.split("%{").skip(1).any(|rest| {
        let key = rest.split('}').next().unwrap_or_default();
        key.contains(['*', '&'])
    })
}

fn has_no_template(processor: &serde_json::Map<String, Value>) -> bool {
    !processor.values().any(|value| value.to_string().contains(TEMPLATE))
}

/// Whether a value has the name of the field as a word of its own.
fn mentions_index(value: &Value) -> bool {
    match value {
        Value::String(text) => has_name(text),
        Value::Array(items) => items.iter().any(mentions_index),
        Value::Object(fields) => fields.iter().any(|(name, value)| has_name(name) || mentions_index(value)),
        _ => false,
    }
}

/// Whether a text has the name of the field, and not only in a longer name.
fn has_name(text: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(INDEX).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + INDEX.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

fn refused(kind: &str, reason: &str) -> ApiError {
    ApiError::OwnIndex(format!(
        "the processor [{kind}] of the pipeline is not passed on: {reason}, and the indices of this service are not \
         to be reached; store the pipeline in the engine directly"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::rights::tests::rights;
    use super::*;

    #[test]
    fn pipelines_that_could_reach_own_indices() {
        let own = OwnNames::new("");
        for taken in [
            r#"{"processors":[{"set":{"field":"a","value":"{{b}}"}},{"gsub":{"field":"body","pattern":"\\s+","replacement":" "}}]}"#,
            r#"{"processors":[{"set":{"field":"_index","value":"search-b"}}]}"#,
            r#"{"processors":[{"reroute":{"dataset":"a"}}],"on_failure":[{"set":{"field":"error","value":"x"}}]}"#,
            r#"{"docs":[{"_index":"index","_source":{}}]}"#,
            r#"{"processors":[{"remove":{"field":["_attachment_indexed_chars","re_index"],"ignore_missing":true}}]}"#,
            r#"{"processors":[{"dissect":{"field":"a","pattern":"%{+b/2} * & %{?c} %{d->}"}}]}"#,
            r#"{"processors":[{"kv":{"field":"a","target_field":"b","field_split":" ","value_split":"="}}]}"#,
        ] {
            assert!(
                check(&own, &Rights::everything(), taken.as_bytes()).is_ok(),
                "{taken}: {:?}",
                check(&own, &Rights::everything(), taken.as_bytes())
            );
        }
        for processor in [
            r#"{"script":{"source":"ctx._index = 'x'"}}"#,
            r#"{"date_index_name":{"field":"a","index_name_prefix":".elastic-connectors"}}"#,
            r#"{"set":{"field":"_index","value":".elastic-connectors"}}"#,
            r#"{"set":{"field":"_index","value":"{{a}}"}}"#,
            r#"{"set":{"field":"_index","copy_from":"a"}}"#,
            r#"{"set":{"field":"{{a}}","value":"b"}}"#,
            r#"{"rename":{"field":"a","target_field":"_index"}}"#,
            r#"{"convert":{"field":"a","target_field":"{{b}}","type":"string"}}"#,
            r#"{"dissect":{"field":"a","pattern":"%{_index}"}}"#,
            r#"{"json":{"field":"a","add_to_root":true}}"#,
            r#"{"kv":{"field":"a","field_split":" ","value_split":"="}}"#,
            r#"{"dissect":{"field":"a","pattern":"%{*k}=%{&k}"}}"#,
            r#"{"dissect":{"field":"a","pattern":"%{b} %{?*k}"}}"#,
            r#"{"kv":{"field":"a","target_field":"_source","field_split":" ","value_split":"="}}"#,
            r#"{"kv":{"field":"a","target_field":"_ingest","field_split":" ","value_split":"="}}"#,
            r#"{"kv":{"field":"a","target_field":"","field_split":" ","value_split":"="}}"#,
            r#"{"kv":{"field":"a","target_field":null,"field_split":" ","value_split":"="}}"#,
            r#"{"json":{"field":"a","target_field":"_source"}}"#,
            r#"{"set":{"field":"_source","value":{"a":1}}}"#,
            r#"{"reroute":{"destination":"{{a}}"}}"#,
            r#"{"foreach":{"field":"a","processor":{"set":{"field":"_index","value":"{{_ingest._value}}"}}}}"#,
            r#"{"set":{"field":"a","value":1,"on_failure":[{"script":{"source":""}}]}}"#,
        ] {
            for body in [
                format!(r#"{{"processors":[{processor}]}}"#),
                format!(r#"{{"processors":[],"on_failure":[{processor}]}}"#),
                format!(r#"{{"pipeline":{{"processors":[{processor}]}},"docs":[]}}"#),
            ] {
                assert!(check(&own, &Rights::everything(), body.as_bytes()).is_err(), "{body}");
            }
        }
    }

    #[test]
    fn pipelines_send_documents_where_their_author_may_write() {
        let own = OwnNames::new("");
        let rights = rights(&["manage"], &[("search-*", &["write"])]);
        for (processor, is_taken) in [
            (r#"{"set":{"field":"_index","value":"search-b"}}"#, true),
            (r#"{"set":{"field":"_index","value":"foreign"}}"#, false),
            (r#"{"foreach":{"field":"a","processor":{"set":{"field":"_index","value":"foreign"}}}}"#, false),
            (r#"{"reroute":{"dataset":"a"}}"#, false),
            (r#"{"trim":{"field":"a"}}"#, true),
        ] {
            let body = format!(r#"{{"processors":[{processor}]}}"#);
            assert_eq!(check(&own, &rights, body.as_bytes()).is_ok(), is_taken, "{processor}");
        }
    }
}
