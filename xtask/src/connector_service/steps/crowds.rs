//! Two services at a time, and lists right after the end of a job.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rustix::process::Signal;
use serde_json::json;

use crate::connector_service::session::{ENDED, Session, agrees, has, index_of, shown};

/// How many jobs two services get.
const RACES: usize = 6;
/// How late a list may be.
const LAG: Duration = Duration::from_millis(100);

pub(super) fn race(session: &mut Session) -> Result<()> {
    session.set_up("race", "scripted", &json!({"count": 5}))?;
    let before = session.service.runs()?;
    let mut second = session.service.start_another("second-service.log")?;
    let mut ids = Vec::new();
    for _ in 0..RACES {
        ids.push(session.sync("race", "full")?);
        thread::sleep(Duration::from_secs(1));
    }
    for id in &ids {
        let job = session.wait_for_job(id, &ENDED, 120)?;
        agrees(&job, &json!({"status": "completed", "error": null, "total_document_count": 5}))?;
        has(&job, &["worker_hostname"])?;
    }
    ensure!(second.is_running()?, "the second service has ended by itself:\n{}", second.log());
    second.end_by(Signal::TERM, Duration::from_secs(40))?;
    let runs = session.service.runs()? - before;
    ensure!(runs == RACES, "{RACES} jobs were carried out {runs} times");
    session.connector_becomes("race", &json!({"status": "connected", "last_sync_status": "completed"}))?;
    session.has_documents(&index_of("race"), 5)
}

pub(super) fn lag(session: &mut Session) -> Result<()> {
    session.set_up("lag", "scripted", &json!({"count": 5}))?;
    let list = "/_connector/_sync_job?connector_id=lag&status=completed&order=desc&size=1";
    for _ in 0..5 {
        let id = session.sync("lag", "full")?;
        let job = loop {
            let job = session.job(&id)?;
            if ENDED.iter().any(|status| job["status"] == *status) {
                break job;
            }
            thread::sleep(Duration::from_millis(5));
        };
        ensure!(job["status"] == "completed", "the job is {}", shown(&job));
        let ended = Instant::now();
        loop {
            let asked = ended.elapsed();
            if session.tributary.get(list)?["results"][0]["id"] == id.as_str() {
                break;
            }
            ensure!(
                asked < LAG,
                "[{id}] is completed, and not listed as such after {} ms",
                asked.as_millis()
            );
        }
    }
    Ok(())
}
