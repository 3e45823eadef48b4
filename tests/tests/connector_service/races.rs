//! Two workers for one connector.

use std::collections::BTreeMap;

use crate::session::{SHOP, Session, wait_for};

const JOBS: usize = 6;

pub(crate) fn two_workers(session: Session) {
    session.start_worker("worker-2");
    let server = &session.running.server;
    let ids: Vec<String> = (0..JOBS).map(|_| session.create_job("full")).collect();
    let completed = format!("/_connector/_sync_job?connector_id={SHOP}&status=completed");
    wait_for("all jobs end well", || server.list(&completed).count == JOBS, || session.story());
    session.check_content(&session.shop.documents("true"));
    let workers: BTreeMap<&String, String> = ids
        .iter()
        .map(|id| (id, session.job(id)["worker_hostname"].as_str().expect("a worker").to_owned()))
        .collect();
    let said = session.finish();
    for (id, worker) in workers {
        let line = format!("claimed {id}\n");
        let mut claimed = Vec::new();
        for (number, said) in said.iter().enumerate() {
            claimed.extend(said.matches(&line).map(|_| format!("worker-{}", number + 1)));
        }
        assert_eq!(claimed, [worker], "each job is done once, by whom it says");
    }
}
