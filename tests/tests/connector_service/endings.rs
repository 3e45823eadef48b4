//! Syncs that end otherwise: canceled, failed, suspended and taken up again.

use serde_json::{Value, json};
use tributary_tests::Signal;

use crate::session::{SHOP, Session};

/// The configuration of a source that takes its time: all rows take more than half a minute.
pub(crate) fn slow() -> Value {
    json!({ "pause": 100 })
}

pub(crate) fn quick() -> Value {
    json!({ "pause": 0 })
}

fn cancel(session: &Session, id: &str) {
    session.change(&format!("/_connector/_sync_job/{id}/_cancel"), &Value::Null);
}

pub(crate) fn canceled(session: Session) {
    session.configure(&slow());
    let id = session.create_job("full");
    session.wait_until_writing(&id);
    cancel(&session, &id);
    let job = session.wait_for_end(&id, "canceled");
    assert!(job["canceled_at"].is_string() && job["cancelation_requested_at"].is_string(), "{job:#}");
    assert!(job["indexed_document_count"].as_u64() > Some(0), "{job:#}");
    let connector =
        session.wait_for_connector("heard of it", |found| found["last_sync_status"] == "canceled");
    assert_eq!(connector["error"], Value::Null, "{connector:#}");

    // Nobody has taken it: it ends at once, and nobody takes it later.
    session.configure(&quick());
    session.with_worker(|worker| worker.signal(Signal::STOP));
    let pending = session.create_job("full");
    cancel(&session, &pending);
    assert_eq!(session.job(&pending)["status"], "canceled");
    session.with_worker(|worker| worker.signal(Signal::CONT));
    let next = session.sync("full");
    assert_eq!(session.job(&pending)["status"], "canceled");
    let claimed = session.with_worker(|worker| worker.said("claimed"));
    assert_eq!(claimed, [id.as_str(), next["id"].as_str().expect("an id")]);
    session.finish();
}

pub(crate) fn failed(session: Session) {
    session.configure(&slow());
    let id = session.create_job("full");
    session.wait_until_writing(&id);
    assert_eq!(session.shop.cut(), 1, "the worker has a connection");
    let job = session.wait_for_end(&id, "error");
    let error = job["error"].as_str().expect("a reason").to_owned();
    assert!(job["completed_at"].is_string() && !error.is_empty(), "{job:#}");
    let connector = session.wait_for_connector("heard of it", |found| found["last_sync_status"] == "error");
    for name in ["error", "last_sync_error"] {
        assert_eq!(connector[name], json!(error), "{connector:#}");
    }
    assert_eq!(connector["status"], "error");

    session.configure(&quick());
    session.sync("full");
    let connector = session.connector();
    for name in ["error", "last_sync_error"] {
        assert_eq!(connector[name], Value::Null, "{connector:#}");
    }
    assert_eq!(connector["status"], "connected");
    session.check_content(&session.shop.documents("true"));

    // A source that is not there.
    session.configure(&json!({ "schema": "closed" }));
    let id = session.create_job("full");
    let job = session.wait_for_end(&id, "error");
    assert!(job["error"].as_str().expect("a reason").contains("customers"), "{job:#}");
    session.finish();
}

pub(crate) fn suspended(session: Session) {
    session.configure(&slow());
    let id = session.create_job("full");
    session.wait_until_writing(&id);
    let said = session.take_worker().stop();
    assert!(said.contains(&format!("ended {id} suspended")), "{said}");
    let before = session.job(&id);
    assert_eq!(before["status"], "suspended", "{before:#}");
    let written = before["indexed_document_count"].as_u64().expect("a count");
    assert!(written > 0 && written < 317, "{before:#}");
    assert_eq!(session.content().len() as u64, written);
    assert_eq!(session.connector()["last_sync_status"], "suspended");

    // Its source is as it was when the job was made; the one who goes on has no time for it.
    session.start_worker("worker-2");
    session.wait_for_job(&id, "is taken up again", |job| job["worker_hostname"] == "worker-2");
    let said = session.take_worker().stop();
    assert!(said.contains(&format!("claimed {id}\n")), "{said}");
    let again = session.job(&id);
    assert_eq!((&again["status"], &again["id"]), (&json!("suspended"), &json!(id)));
    assert!(again["indexed_document_count"].as_u64() >= Some(written), "{again:#}");

    // The rest of the rows is few.
    session.shop.execute("delete from orders where id > 30");
    session.start_worker("worker-3");
    let job = session.wait_for_end(&id, "completed");
    assert_eq!(job["worker_hostname"], "worker-3");
    assert!(job["indexed_document_count"].as_u64() >= Some(47), "{job:#}");
    session.wait_for_connector("heard of it", |found| found["last_sync_status"] == "completed");
    session.check_content(&session.shop.documents("true"));
    let list = session.running.server.list(&format!("/_connector/_sync_job?connector_id={SHOP}"));
    assert_eq!(list.ids(), [id]);
    session.finish();
}
