//! What depends on the license: `basic` is the truth, so that the service itself leaves syncs of permissions alone.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::syncs::{schedule, scheduled_job};
use crate::connector_service::session::{Session, agrees, index_of};

pub(super) fn license(session: &mut Session) -> Result<()> {
    let license = session.tributary.get("/_license")?;
    agrees(&license["license"], &json!({"type": "basic", "status": "active"}))?;
    session.set_up("license", "permitted", &json!({"count": 5}))?;
    let features = &session.connector("license")?["features"];
    ensure!(features["document_level_security"]["enabled"] == true, "the features are {features}");
    let id = session.sync("license", "access_control")?;
    agrees(
        &session.sync_to_its_end("license", "full")?,
        &json!({"status": "completed", "total_document_count": 5}),
    )?;
    schedule(session, "license", true)?;
    let job = scheduled_job(session, "license");
    schedule(session, "license", false)?;
    agrees(&job?, &json!({"status": "completed", "job_type": "full", "total_document_count": 5}))?;
    session.has_documents(&index_of("license"), 5)?;
    // In all this time the service has left it alone, and says why in its log.
    agrees(&session.job(&id)?, &json!({"status": "pending", "worker_hostname": null}))?;
    session.tributary.send("PUT", &format!("/_connector/_sync_job/{id}/_cancel"), &Value::Null)?;
    let log = session.service.log();
    ensure!(log.contains("Actual license: 'basic'"), "the service does not say what license is missing");
    Ok(())
}
