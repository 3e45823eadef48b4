//! Syncs that are interrupted: by a stop or the death of the service, by the end of their connector.

use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::connector_service::session::{ENDED, Session, agrees, has, index_of, shown};
use crate::connector_service::waiting::wait;

/// A job for which this was the last sign of life has been left, by the rules of the service.
const IDLE: Duration = Duration::from_secs(400);

pub(super) fn suspend(session: &mut Session) -> Result<()> {
    session.set_up("suspend", "scripted", &json!({"count": 60, "pause": 150}))?;
    let id = session.sync_under_way("suspend")?;
    session.service.end_by(Signal::TERM)?;
    let job = session.job(&id)?;
    agrees(&job, &json!({"status": "suspended"}))?;
    session.connector_becomes("suspend", &json!({"last_sync_status": "suspended"}))?;
    session.service.start()?;
    let job = session.wait_for_job(&id, &ENDED, 90)?;
    agrees(&job, &json!({"status": "completed", "error": null, "total_document_count": 60}))?;
    session.connector_becomes("suspend", &json!({"last_sync_status": "completed"}))?;
    session.has_documents(&index_of("suspend"), 60)
}

pub(super) fn kill(session: &mut Session) -> Result<()> {
    session.set_up("kill", "scripted", &json!({"count": 400, "pause": 200}))?;
    let id = session.sync_under_way("kill")?;
    session.service.end_by(Signal::KILL)?;
    session.service.start()?;
    // Longer than its search for idle jobs pauses.
    thread::sleep(Duration::from_secs(8));
    let job = session.job(&id)?;
    ensure!(job["status"] == "in_progress", "too early for an idle job: {}", shown(&job));
    set_back(session, &job)?;
    let job = session.wait_for_job(&id, &ENDED, 60)?;
    agrees(&job, &json!({"status": "error"}))?;
    has(&job, &["error"])?;
    session.connector_becomes("kill", &json!({"last_sync_status": "error"}))?;
    session.configure("kill", &json!({"count": 20, "pause": 0}))?;
    agrees(
        &session.sync_to_its_end("kill", "full")?,
        &json!({"status": "completed", "error": null, "total_document_count": 20}),
    )?;
    session.has_documents(&index_of("kill"), 20)
}

/// Makes the last sign of life of a job look old: the service waits for five minutes, which no setting changes.
fn set_back(session: &Session, job: &Value) -> Result<()> {
    let date = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.saturating_sub(IDLE);
    let mut body = json!({"last_seen": date.as_secs() * 1000});
    for count in ["deleted_document_count", "indexed_document_count", "indexed_document_volume"] {
        body[count] = job[count].clone();
    }
    let id = job["id"].as_str().unwrap_or_default();
    session.tributary.send("PUT", &format!("/_connector/_sync_job/{id}/_stats"), &body).map(drop)
}

pub(super) fn orphan(session: &mut Session) -> Result<()> {
    session.set_up("orphan", "scripted", &json!({"count": 400, "pause": 200}))?;
    let id = session.sync_under_way("orphan")?;
    session.tributary.send("DELETE", "/_connector/orphan?hard=true", &Value::Null)?;
    // The service ends the job, or removes it with others that have lost their connector.
    wait("the job has ended or is gone", Duration::from_secs(90), || {
        let answer = session.tributary.ask("GET", &format!("/_connector/_sync_job/{id}"), &Value::Null)?;
        let has_ended = ENDED.iter().any(|status| answer.body["status"] == *status);
        Ok((answer.status == 404 || has_ended).then_some(()))
    })?;
    ensure!(session.service.is_running()?, "the service has ended");
    Ok(())
}
