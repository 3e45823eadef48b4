//! What is left by others: jobs of workers that are gone, and of connectors that are gone.

use serde_json::{Value, json};

use crate::endings::{quick, slow};
use crate::session::{SHOP, Session, wait_for};

pub(crate) fn killed(session: Session) {
    session.configure(&slow());
    let id = session.create_job("full");
    session.wait_until_writing(&id);
    session.take_worker().kill();
    assert_eq!(session.job(&id)["status"], "in_progress");

    // The next one leaves it alone as long as its worker may be alive.
    session.start_worker("worker-2");
    session.configure(&quick());
    let other = session.sync("full");
    assert_eq!(other["worker_hostname"], "worker-2");
    let job = session.job(&id);
    assert_eq!((&job["status"], &job["worker_hostname"]), (&json!("in_progress"), &json!("worker-1")));

    // As if six minutes had passed.
    let old = session
        .shop
        .execute("select to_char(now() - interval '6 minutes', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
    let statistics = json!({
        "deleted_document_count": job["deleted_document_count"],
        "indexed_document_count": job["indexed_document_count"],
        "indexed_document_volume": job["indexed_document_volume"],
        "last_seen": old.trim(),
    });
    session.change(&format!("/_connector/_sync_job/{id}/_stats"), &statistics);
    let job = session.wait_for_end(&id, "error");
    assert!(job["error"].as_str().expect("a reason").contains("idle"), "{job:#}");
    let connector = session.wait_for_connector("heard of it", |found| found["last_sync_status"] == "error");
    assert_eq!(connector["last_sync_error"], job["error"], "{connector:#}");

    session.sync("full");
    assert_eq!(session.with_worker(|worker| worker.said("idle")), [id]);
    assert_eq!(session.connector()["last_sync_error"], Value::Null);
    session.check_content(&session.shop.documents("true"));
    session.finish();
}

pub(crate) fn orphaned(session: Session) {
    session.configure(&slow());
    let running = session.create_job("full");
    session.wait_until_writing(&running);
    let pending = session.create_job("incremental");
    let server = &session.running.server;
    let target = format!("/_connector/{SHOP}?hard=true&delete_sync_jobs=false");
    let _ = server.call("DELETE", &target).expect(200);
    let jobs = "/_connector/_sync_job";
    wait_for(
        "both jobs are removed",
        || server.list(jobs).count == 0,
        || session.with_worker(crate::worker::Worker::story),
    );
    for id in [&running, &pending] {
        assert_eq!(server.get(&format!("{jobs}/{id}")).status, 404);
    }
    let [said] = &session.finish()[..] else { panic!("one worker") };
    for line in
        [format!("ended {running} gone\n"), format!("removed {running}\n"), format!("removed {pending}\n")]
    {
        assert!(said.contains(&line), "[{line}] is missing: {said}");
    }
}
