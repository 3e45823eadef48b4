//! The page that shows the OpenAPI document, and its files.

use crate::session::{Scenario, Session, scenario};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![scenario!("docs", page), scenario!("docs.file", file)]
}

async fn page(session: &mut Session) {
    session.call("GET", "/_docs", "").await;
    session.call("GET", "/_docs/?pretty&filter_path=nothing", "").await;
    session.call("GET", "/_docs?unknown", "").await;
    session.call("POST", "/_docs", "").await;
    session.call("OPTIONS", "/_docs", "").await;
    session.call("GET", "/_docs", "{}").await;
}

async fn file(session: &mut Session) {
    session.call("GET", "/_docs/index.css", "").await;
    session.call("GET", "/_docs/nothing.js", "").await;
    session.call("GET", "/_docs/index.css?version=1", "").await;
    session.call("DELETE", "/_docs/index.css", "").await;
    session.call("GET", "/_docs/a/b", "").await;
}
