//! Searches of control indices.

use actix_web::http::Method;
use serde_json::Value;

use crate::message::Message;
use crate::service::with_service;

/// Checks a search: no more hits than match, and a count of the same query that is equal.
pub(super) fn check(input: &[u8]) {
    let Some(message) = Message::read(input).filter(|message| !message.may_wait()) else { return };
    with_service(|service| {
        let before = service.usual();
        let answer = service.checked_answer(&message);
        if message.is_partial() {
            return;
        }
        let path = message.target.path();
        if !path.ends_with("/_search") {
            return;
        }
        assert_eq!(service.documents(), before, "a search changed something");
        if !answer.is_success() || message.target.query().is_some() {
            return;
        }
        let found = answer.json();
        let Some(total) = found["hits"]["total"]["value"].as_u64() else { return };
        let hits = found["hits"]["hits"].as_array().expect("hits");
        assert!(hits.len() as u64 <= total, "more than there are: {found}");
        let Ok(Value::Object(body)) = serde_json::from_slice(message.body) else { return };
        let query = body.get("query").map(|query| format!(r#"{{"query":{query}}}"#)).unwrap_or_default();
        let count = path.replace("/_search", "/_count");
        let counted = service.send(&Method::POST, &count, &query);
        assert_eq!(counted.json()["count"], total, "{count} of {query}");
    });
}
