//! The ingest pipeline that Elastic's connector service uses by default, for engines that lack it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;
use tributary_storage::{Deadline, SearchEngine, SearchProduct, StoreError};

/// Its name, which workers send.
const NAME: &str = "search-default-ingestion";
/// Its version; a higher one replaces a lower one of this service.
const VERSION: u64 = 1;
/// How a pipeline of this service begins its description: OpenSearch keeps no other mark.
const MARK: &str = "Managed by Tributary: ";
/// The processors that it is made of, and what it lacks without them.
const NEEDED: [(&str, &str); 5] = [
    ("attachment", "extracts no text from files"),
    ("set", "sets no text of files"),
    ("gsub", "reduces no whitespace"),
    ("trim", "trims no text"),
    ("remove", "leaves the data of files and the hints of workers in documents"),
];
/// The pauses between attempts while the engine is away.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Creates it as soon as the engine is there.
pub(super) async fn prepare(engine: Arc<SearchEngine>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match ensure(&engine).await {
            Ok(()) => return,
            Err(error @ (StoreError::Unavailable(_) | StoreError::Blocked(_))) => {
                tracing::debug!(%error, "the ingest pipeline [{NAME}] cannot be made yet");
            }
            Err(error) => {
                tracing::warn!(%error, "the ingest pipeline [{NAME}] cannot be made; workers that use it will fail");
                return;
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn ensure(engine: &SearchEngine) -> Result<(), StoreError> {
    let path = format!("/_ingest/pipeline/{NAME}");
    let send = async |method, path: &str, body: Bytes| engine.send(method, path, body, Deadline::NONE).await;
    let (status, body) = send("GET", &path, Bytes::new()).await?;
    match status {
        404 => {}
        200 if is_ours_and_older(&parsed(&body)?[NAME]) => {}
        200 => return Ok(()),
        status => return Err(unexpected(status, &body)),
    }
    let (status, body) =
        send("GET", "/_nodes/ingest?filter_path=nodes.*.ingest.processors", Bytes::new()).await?;
    if status != 200 {
        return Err(unexpected(status, &body));
    }
    let available = available(&parsed(&body)?);
    let mut pipeline = pipeline(&available);
    if engine.product(Deadline::NONE).await? == SearchProduct::Elasticsearch {
        // OpenSearch refuses it.
        pipeline["_meta"] = json!({ "managed_by": "tributary" });
    }
    let (status, body) = send("PUT", &path, pipeline.to_string().into()).await?;
    if status != 200 {
        return Err(unexpected(status, &body));
    }
    tracing::info!("made the ingest pipeline [{NAME}]");
    for (processor, consequence) in NEEDED.iter().filter(|(name, _)| !available.contains(*name)) {
        tracing::warn!("the engine has no processor [{processor}]: the pipeline [{NAME}] {consequence}");
    }
    Ok(())
}

/// The processors that every node has.
fn available(nodes: &Value) -> BTreeSet<String> {
    let of_node = |node: &Value| -> BTreeSet<String> {
        let processors = node.pointer("/ingest/processors").and_then(Value::as_array);
        let names = processors.into_iter().flatten().filter_map(|one| one["type"].as_str());
        names.map(str::to_owned).collect()
    };
    let nodes = nodes["nodes"].as_object().into_iter().flatten().map(|(_, node)| of_node(node));
    nodes.reduce(|all, node| &all & &node).unwrap_or_default()
}

fn is_ours_and_older(pipeline: &Value) -> bool {
    let is_ours = pipeline["description"].as_str().is_some_and(|text| text.starts_with(MARK));
    is_ours && pipeline["version"].as_u64().is_none_or(|version| version < VERSION)
}

/// The pipeline, of those processors that are available.
fn pipeline(available: &BTreeSet<String>) -> Value {
    let is_wanted = "ctx._reduce_whitespace == true && ctx.body instanceof String";
    let steps = [
        json!({ "attachment": {
            "if": "ctx._extract_binary_content == true && ctx._attachment != null",
            "field": "_attachment",
            "target_field": "_extracted_attachment",
            "indexed_chars_field": "_attachment_indexed_chars",
            "ignore_missing": true,
            "on_failure": [{ "append": {
                "field": "_ingestion_errors",
                "value": "no text could be extracted: {{ _ingest.on_failure_message }}",
            } }],
        } }),
        json!({ "set": {
            "if": "ctx._extracted_attachment?.content != null && (ctx.body == null || ctx.body == '')",
            "field": "body",
            "value": "{{{_extracted_attachment.content}}}",
        } }),
        json!({ "gsub": { "if": is_wanted, "field": "body", "pattern": "\\s+", "replacement": " " } }),
        json!({ "trim": { "if": is_wanted, "field": "body" } }),
        json!({ "remove": {
            "field": [
                "_attachment",
                "_attachment_indexed_chars",
                "_extracted_attachment",
                "_extract_binary_content",
                "_reduce_whitespace",
                "_run_ml_inference",
            ],
            "ignore_missing": true,
        } }),
    ];
    let is_available =
        |step: &Value| step.as_object().is_some_and(|step| step.keys().all(|kind| available.contains(kind)));
    let steps: Vec<Value> = steps.into_iter().filter(is_available).collect();
    json!({
        "description": format!("{MARK}prepares documents of connectors as their hints in fields with _ ask for"),
        "version": VERSION,
        "processors": steps,
    })
}

fn parsed(body: &[u8]) -> Result<Value, StoreError> {
    serde_json::from_slice(body).map_err(|error| StoreError::Backend(error.into()))
}

fn unexpected(status: u16, body: &[u8]) -> StoreError {
    let text: String = String::from_utf8_lossy(body).chars().take(500).collect();
    StoreError::Backend(format!("the engine answered {status}: {text}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_available_is_used() {
        let nodes = json!({ "nodes": {
            "a": { "ingest": { "processors": [{ "type": "gsub" }, { "type": "attachment" }] } },
            "b": { "ingest": { "processors": [{ "type": "gsub" }] } },
        } });
        let kinds = |available: &BTreeSet<String>| {
            let pipeline = pipeline(available);
            let steps = pipeline["processors"].as_array().cloned().unwrap_or_default();
            steps.iter().flat_map(|step| step.as_object().unwrap().keys().cloned()).collect::<Vec<_>>()
        };
        let available = available(&nodes);
        assert_eq!(available, BTreeSet::from(["gsub".to_owned()]));
        assert_eq!(kinds(&available), ["gsub"]);
        let all = NEEDED.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(kinds(&all), NEEDED.map(|(name, _)| name));
    }

    #[test]
    fn foreign_and_newer_pipelines_stay() {
        let ours = |version: u64| json!({ "description": format!("{MARK}x"), "version": version });
        assert!(is_ours_and_older(&ours(VERSION - 1)));
        assert!(!is_ours_and_older(&ours(VERSION)) && !is_ours_and_older(&ours(VERSION + 1)));
        assert!(!is_ours_and_older(&json!({ "description": "of somebody else", "version": 0 })));
        assert!(!is_ours_and_older(&json!({})));
    }
}
