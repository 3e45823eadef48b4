//! Syncs that end well: full, incremental and by schedule.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::session::{SHOP, Session, wait_for};

/// All rows of a new shop.
const ROWS: usize = 317;
/// How long a finished job may be missing in lists.
const LAG: Duration = Duration::from_millis(100);

/// The counts of a job: indexed, deleted, total.
pub(crate) fn counts(job: &Value) -> [&Value; 3] {
    ["indexed_document_count", "deleted_document_count", "total_document_count"].map(|name| &job[name])
}

pub(crate) fn full(session: Session) {
    let job = session.sync("full");
    assert_eq!(counts(&job), [ROWS, 0, ROWS], "{job:#}");
    assert!(job["indexed_document_volume"].as_u64() > Some(10_000), "{job:#}");
    assert_eq!((&job["worker_hostname"], &job["error"]), (&json!("worker-1"), &Value::Null));
    for time in ["started_at", "completed_at", "last_seen"] {
        assert!(job[time].is_string(), "{job:#}");
    }
    session.check_content(&session.shop.documents("true"));
    let connector = session.connector();
    for (name, expected) in [
        ("status", json!("connected")),
        ("error", Value::Null),
        ("last_sync_error", Value::Null),
        ("last_indexed_document_count", json!(ROWS)),
        ("last_deleted_document_count", json!(0)),
        (
            "sync_cursor",
            json!({ "customers": "2026-01-01T00:17:00+00:00", "orders": "2026-01-01T05:00:00+00:00" }),
        ),
    ] {
        assert_eq!(connector[name], expected, "{name} in {connector:#}");
    }

    // Some go, one comes, one changes.
    session.shop.execute(
        "delete from orders where id > 250; update customers set name = 'Søren' where id = 3;
         insert into customers values (18, null, '2026-02-01')",
    );
    let job = session.sync("full");
    assert_eq!(counts(&job), [ROWS - 50 + 1, 50, ROWS - 50 + 1], "{job:#}");
    let expected = session.shop.documents("true");
    assert_eq!(
        (&expected["customers-3"]["name"], &expected["customers-18"]["name"]),
        (&json!("Søren"), &Value::Null)
    );
    session.check_content(&expected);
    session.finish();
}

pub(crate) fn incremental(session: Session) {
    session.sync("full");
    let before = session.connector()["sync_cursor"].clone();
    session.shop.execute(
        "insert into orders values (301, 'new', 7.25, null, 'é', '2026-03-01'), (302, 'new', null, null, null, '2026-03-02');
         update customers set name = 'renamed', changed = '2026-03-03' where id = 5;
         update customers set name = 'not seen' where id = 6;
         delete from orders where id = 1",
    );
    let job = session.sync("incremental");
    assert_eq!(counts(&job), [3, 0, ROWS + 2], "{job:#}");
    assert_eq!(job["connector"]["sync_cursor"], before, "the job began where the one before ended");
    let after = json!({ "customers": "2026-03-03T00:00:00+00:00", "orders": "2026-03-02T00:00:00+00:00" });
    assert_eq!(session.connector()["sync_cursor"], after);
    let content = session.content();
    let mut expected = session.shop.documents("true");
    expected.get_mut("customers-6").expect("a row")["name"] = json!("customer 6");
    expected.insert("orders-1".to_owned(), content["orders-1"].clone());
    session.check_content(&expected);

    let job = session.sync("incremental");
    assert_eq!(counts(&job), [0, 0, ROWS + 2], "{job:#}");
    assert_eq!(session.connector()["sync_cursor"], after);
    session.finish();
}

pub(crate) fn scheduled(session: Session) {
    let schedule = |is_enabled: bool| {
        let full = json!({ "enabled": is_enabled, "interval": "0/2 * * * * ?" });
        session
            .change(&format!("/_connector/{SHOP}/_scheduling"), &json!({ "scheduling": { "full": full } }));
    };
    schedule(true);
    let list = format!("/_connector/_sync_job?connector_id={SHOP}&trigger_method=scheduled");
    let completed = format!("{list}&status=completed");
    let server = &session.running.server;
    wait_for("two scheduled jobs end well", || server.list(&completed).count >= 2, || session.story());
    schedule(false);
    let connector = session.connector();
    assert!(connector["last_sync_scheduled_at"].is_string(), "{connector:#}");
    session.check_content(&session.shop.documents("true"));
    // Whatever is due is done, and nothing more comes.
    wait_for(
        "no job is left",
        || server.list(&list).count == server.list(&completed).count,
        || session.story(),
    );
    let created = session.with_worker(|worker| worker.said("scheduled"));
    assert_eq!(server.list(&list).ids(), created, "each job was made once");
    session.finish();
}

/// Direct writes to a job are in lists soon, whatever the store.
pub(crate) fn listed_at_once(session: &Session) {
    session.create_connector();
    let server = &session.running.server;
    for number in 0..5 {
        let id = session.create_job("full");
        session.change(&format!("/_connector/_sync_job/{id}/_claim"), &json!({ "worker_hostname": "w" }));
        let done = json!({ "doc": {
            "status": "completed", "error": null, "indexed_document_count": number, "deleted_document_count": 0,
            "completed_at": "2026-11-26T10:00:00.123456+00:00", "last_seen": "2026-11-26T10:00:00.123456+00:00",
        } });
        let target = format!("/.elastic-connectors-sync-jobs/_update/{id}");
        let answer = server.send("POST", &target, &done.to_string()).expect(200);
        sleep(LAG);
        let listed = server.list("/_connector/_sync_job?status=completed").ids();
        assert!(listed.contains(&id), "{id} is not among {listed:?} after {}", answer.body);
    }
}
