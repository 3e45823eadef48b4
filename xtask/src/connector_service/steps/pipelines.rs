//! A connector whose ingest pipeline is missing.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::connector_service::session::{ENDED, Session, agrees, has, index_of};

/// The pipeline that connectors have unless told otherwise.
const DEFAULT: &str = "search-default-ingestion";

pub(super) fn missing(session: &mut Session) -> Result<()> {
    session.set_up("nopipeline", "scripted", &json!({"count": 5}))?;
    let path = format!("/_ingest/pipeline/{DEFAULT}");
    let mut kept = session.content.get(&path)?[DEFAULT].clone();
    // Elasticsearch says when it was written, and does not want to be told.
    if let Some(fields) = kept.as_object_mut() {
        fields.retain(|name, _| !["created_date", "modified_date"].iter().any(|date| name.starts_with(date)));
    }
    session.content.send("DELETE", &path, &Value::Null)?;
    let outcome = without(session);
    session.content.send("PUT", &path, &kept)?;
    outcome?;
    agrees(
        &session.sync_to_its_end("nopipeline", "full")?,
        &json!({"status": "completed", "total_document_count": 65}),
    )
}

fn without(session: &Session) -> Result<()> {
    // Few documents and many: the service takes a few errors for an accident.
    for count in [5, 65] {
        session.configure("nopipeline", &json!({"count": count}))?;
        let answer = session.ask_for_sync("nopipeline", "full")?;
        ensure!(
            answer.warnings.iter().any(|warning| warning.contains(DEFAULT)),
            "the creation of a job warns of no pipeline: {:?}",
            answer.warnings
        );
        let id = answer.body["id"].as_str().unwrap_or_default();
        let job = session.wait_for_job(id, &ENDED, 60)?;
        agrees(&job, &json!({"status": "error", "indexed_document_count": 0}))?;
        has(&job, &["error"])?;
        session.has_documents(&index_of("nopipeline"), 0)?;
    }
    use_pipeline(session, "_none")?;
    let answer = session.ask_for_sync("nopipeline", "full")?;
    ensure!(answer.warnings.is_empty(), "a job without a pipeline warns of {:?}", answer.warnings);
    let id = answer.body["id"].as_str().unwrap_or_default();
    let job = session.wait_for_job(id, &ENDED, 60)?;
    use_pipeline(session, DEFAULT)?;
    agrees(&job, &json!({"status": "completed", "total_document_count": 65}))
}

/// Lets the documents of the connector pass through a pipeline; `_none` is none.
fn use_pipeline(session: &Session, name: &str) -> Result<()> {
    let pipeline = json!({
        "name": name, "extract_binary_content": false, "reduce_whitespace": true, "run_ml_inference": false,
    });
    let path = "/_connector/nopipeline/_pipeline";
    session.tributary.send("PUT", path, &json!({"pipeline": pipeline})).map(drop)
}
