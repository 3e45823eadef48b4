//! Syncs that end otherwise: canceled, failed.

use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::connector_service::session::{ENDED, Session, agrees, has, index_of, shown};

pub(super) fn cancel(session: &mut Session) -> Result<()> {
    session.set_up("cancel", "scripted", &json!({"count": 300, "pause": 200}))?;
    let id = session.sync_under_way("cancel")?;
    cancel_job(session, &id)?;
    agrees(&session.job(&id)?, &json!({"status": "canceling"}))?;
    let job = session.wait_for_job(&id, &ENDED, 45)?;
    agrees(&job, &json!({"status": "canceled"}))?;
    has(&job, &["canceled_at", "cancelation_requested_at"])?;
    session.connector_becomes("cancel", &json!({"last_sync_status": "canceled"}))?;
    let found = session.documents(&index_of("cancel"))?;
    ensure!(found < 300, "all {found} documents are there although the job was canceled");
    pending(session)
}

/// A job that the service has not seen yet when it is canceled.
fn pending(session: &mut Session) -> Result<()> {
    let runs = session.service.runs()?;
    session.service.process()?.signal(Signal::STOP)?;
    let id = session.sync("cancel", "full");
    let canceled = id.and_then(|id| cancel_job(session, &id).map(|()| id));
    session.service.process()?.signal(Signal::CONT)?;
    let id = canceled?;
    agrees(&session.job(&id)?, &json!({"status": "canceled"}))?;
    // More than two of its rounds.
    thread::sleep(Duration::from_secs(6));
    agrees(&session.job(&id)?, &json!({"status": "canceled", "worker_hostname": null}))?;
    ensure!(session.service.runs()? == runs, "a canceled job was carried out");
    Ok(())
}

fn cancel_job(session: &Session, id: &str) -> Result<()> {
    let path = format!("/_connector/_sync_job/{id}/_cancel");
    session.tributary.send("PUT", &path, &Value::Null).map(drop)
}

pub(super) fn fail(session: &mut Session) -> Result<()> {
    session.set_up("fail", "scripted", &json!({"count": 60, "pause": 10, "fail_after": 30}))?;
    let job = session.sync_to_its_end("fail", "full")?;
    agrees(&job, &json!({"status": "error"}))?;
    let is_told = job["error"].as_str().is_some_and(|error| error.contains("broken on purpose"));
    ensure!(is_told, "the reason is not in the job: {}", shown(&job));
    session.connector_becomes("fail", &json!({"last_sync_status": "error"}))?;
    has(&session.connector("fail")?, &["last_sync_error"])?;
    session.configure("fail", &json!({"fail_after": 0}))?;
    agrees(
        &session.sync_to_its_end("fail", "full")?,
        &json!({"status": "completed", "error": null, "total_document_count": 60}),
    )?;
    session.connector_becomes(
        "fail",
        &json!({"status": "connected", "error": null, "last_sync_status": "completed", "last_sync_error": null}),
    )
}
