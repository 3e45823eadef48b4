//! Syncs that come to their end: full, by a schedule, incremental, by rules.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::connector_service::session::{ENDED, Session, agrees, has, has_status, index_of};
use crate::connector_service::waiting::wait;

/// How many texts and pages are in a folder.
const FILES: [(&str, usize); 2] = [("txt", 60), ("md", 5)];

/// Makes a folder with files, and a connector for it.
fn folder(session: &Session, id: &str) -> Result<()> {
    let folder = session.folder.join(format!("files-of-{id}"));
    fs::create_dir_all(&folder)?;
    for (ending, count) in FILES {
        for number in 0..count {
            fs::write(folder.join(format!("{number}.{ending}")), format!("file {number}\n"))?;
        }
    }
    session.set_up(id, "dir", &json!({"directory": folder, "pattern": "**/*.*"}))
}

pub(super) fn full(session: &mut Session) -> Result<()> {
    folder(session, "full")?;
    let index = index_of("full");
    let job = session.sync_to_its_end("full", "full")?;
    agrees(
        &job,
        &json!({
            "status": "completed", "error": null, "trigger_method": "on_demand",
            "indexed_document_count": 65, "deleted_document_count": 0, "total_document_count": 65,
        }),
    )?;
    has(&job, &["started_at", "last_seen", "completed_at", "worker_hostname"])?;
    session.has_documents(&index, 65)?;
    session.connector_becomes(
        "full",
        &json!({
            "status": "connected", "error": null, "last_sync_status": "completed", "last_sync_error": null,
            "last_indexed_document_count": 65, "last_deleted_document_count": 0,
        }),
    )?;
    has(&session.connector("full")?, &["last_seen", "last_synced"])?;
    fs::remove_file(session.folder.join("files-of-full/7.txt"))?;
    let job = session.sync_to_its_end("full", "full")?;
    agrees(&job, &json!({"status": "completed", "deleted_document_count": 1, "total_document_count": 64}))?;
    session.has_documents(&index, 64)
}

pub(super) fn scheduled(session: &mut Session) -> Result<()> {
    session.set_up("scheduled", "scripted", &json!({"count": 3}))?;
    schedule(session, "scheduled", true)?;
    let job = scheduled_job(session, "scheduled")?;
    schedule(session, "scheduled", false)?;
    agrees(&job, &json!({"status": "completed", "job_type": "full", "total_document_count": 3}))?;
    has(&session.connector("scheduled")?, &["last_sync_scheduled_at"])?;
    session.has_documents(&index_of("scheduled"), 3)
}

/// Switches a schedule of full syncs on or off, which are due every ten seconds.
pub(super) fn schedule(session: &Session, id: &str, enabled: bool) -> Result<()> {
    let body = json!({"scheduling": {"full": {"enabled": enabled, "interval": "0/10 * * * * ?"}}});
    session.tributary.send("PUT", &format!("/_connector/{id}/_scheduling"), &body).map(drop)
}

/// Waits for a job that the schedule has made and that has ended.
pub(super) fn scheduled_job(session: &Session, id: &str) -> Result<Value> {
    let list = format!("/_connector/_sync_job?connector_id={id}");
    wait(&format!("a scheduled job of [{id}] has ended"), Duration::from_secs(75), || {
        let answer = session.tributary.get(&list)?;
        let mut jobs = answer["results"].as_array().context("a list has results")?.iter();
        Ok(jobs.find(|job| job["trigger_method"] == "scheduled" && has_status(job, &ENDED)).cloned())
    })
}

pub(super) fn incremental(session: &mut Session) -> Result<()> {
    session.set_up("incremental", "scripted", &json!({"count": 20}))?;
    let features = &session.connector("incremental")?["features"];
    ensure!(features["incremental_sync"]["enabled"] == true, "the features are {features}");
    agrees(&session.sync_to_its_end("incremental", "full")?, &json!({"status": "completed"}))?;
    session.connector_becomes("incremental", &json!({"sync_cursor": {"next": 20}}))?;
    let job = session.sync_to_its_end("incremental", "incremental")?;
    agrees(
        &job,
        &json!({
            "status": "completed", "job_type": "incremental",
            "indexed_document_count": 5, "deleted_document_count": 1, "total_document_count": 24,
        }),
    )?;
    agrees(&job["connector"], &json!({"sync_cursor": {"next": 20}}))?;
    session.connector_becomes("incremental", &json!({"sync_cursor": {"next": 25}}))?;
    session.has_documents(&index_of("incremental"), 24)
}

pub(super) fn rules(session: &mut Session) -> Result<()> {
    folder(session, "rules")?;
    let date = "2026-01-01T00:00:00.000Z";
    let rule = json!({
        "id": "no-pages", "order": 0, "policy": "exclude", "field": "path", "rule": "ends_with",
        "value": ".md", "created_at": date, "updated_at": date,
    });
    session.tributary.send("PUT", "/_connector/rules/_filtering", &json!({"rules": [rule]}))?;
    let connector = session.wait_for_connector("rules", "has the rule", |connector| {
        let active = connector["filtering"][0]["active"]["rules"].as_array();
        active.is_some_and(|rules| rules.iter().any(|rule| rule["id"] == "no-pages"))
    })?;
    let state = &connector["filtering"][0]["active"]["validation"]["state"];
    ensure!(state == "valid", "the validation is [{state}]");
    agrees(
        &session.sync_to_its_end("rules", "full")?,
        &json!({"status": "completed", "indexed_document_count": 60, "total_document_count": 60}),
    )?;
    session.has_documents(&index_of("rules"), 60)
}
