//! What those who watch over the service see.

use crate::session::{Scenario, Session, scenario};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![scenario!("health.live", live), scenario!("health.ready", ready), scenario!("metrics", metrics)]
}

async fn live(session: &mut Session) {
    session.call("GET", "/_health/live", "").await;
    session.call("PUT", "/_health/live", "").await;
    session.store.close().await.expect("closed");
    session.call("GET", "/_health/live", "").await;
}

async fn ready(session: &mut Session) {
    session.call("GET", "/_health/ready", "").await;
    session.call("GET", "/_health/ready?verbose", "").await;
    session.store.close().await.expect("closed");
    session.call("GET", "/_health/ready", "").await;
}

async fn metrics(session: &mut Session) {
    session.call("GET", "/_health/live", "").await;
    session.call("GET", "/_connector/none", "").await;
    session.call("GET", "/_nothing/at/all", "").await;
    session.call("GET", "/_metrics", "").await;
    session.call("GET", "/_metrics?verbose", "").await;
    session.call("POST", "/_metrics", "").await;
}
