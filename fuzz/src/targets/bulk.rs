//! Bulk bodies for control indices.

use serde_json::Value;

use super::query_string::check_lists;
use crate::message::Message;
use crate::service::with_service;

/// Checks a bulk request: refused whole, or one item for each action, and `errors` says whether one failed.
pub(super) fn check(input: &[u8]) {
    let Some(message) = Message::read(input).filter(|message| message.target.path().ends_with("/_bulk"))
    else {
        return;
    };
    with_service(|service| {
        let before = service.usual();
        let answer = service.checked_answer(&message);
        if message.is_partial() {
            return;
        }
        check_lists(service);
        if !answer.is_success() {
            assert_eq!(service.documents(), before, "a refusal changed something: {answer:?}");
            return;
        }
        let answer = answer.json();
        let items = answer["items"].as_array().expect("items");
        let lines = message.body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        // A deletion has one line, every other action two.
        let deletions = items.iter().filter(|item| item["delete"].is_object()).count();
        assert_eq!(2 * items.len() - deletions, lines.count(), "{answer}");
        let status = |item: &Value| {
            let (_, outcome) = item.as_object().and_then(|item| item.iter().next()).expect("an action");
            outcome["status"].as_u64().expect("a status")
        };
        let statuses: Vec<u64> = items.iter().map(status).collect();
        assert!(statuses.iter().all(|status| (200..500).contains(status)), "{answer}");
        assert_eq!(answer["errors"], statuses.iter().any(|status| *status >= 400), "{answer}");
    });
}
