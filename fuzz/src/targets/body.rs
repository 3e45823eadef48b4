//! Bodies for every endpoint that takes one.

use actix_web::http::{Method, StatusCode};

use super::query_string::check_lists;
use crate::message::Message;
use crate::service::{ID, KEPT, with_service};

/// Checks a request with a body: it is done whole or refused whole, no field is lost that nobody knows, and what was
/// accepted can be read.
pub(super) fn check(input: &[u8]) {
    let Some(message) = Message::read(input).filter(|message| !message.may_wait()) else { return };
    with_service(|service| {
        let before = service.usual();
        let answer = service.checked_answer(&message);
        let after = service.documents();
        if !answer.is_success() {
            assert_eq!(after, before, "a refusal changed something: {answer:?}");
            return;
        }
        let path = message.target.path();
        let replaces = message.method == Method::DELETE
            || path.contains("_delete_by_query")
            || path.contains("/_doc")
            || path.contains("/_bulk")
            // Created again after it was deleted.
            || (answer.status == StatusCode::CREATED && message.method == Method::PUT);
        let is_kept = |id: &str, text: &str| id != ID || text.contains(KEPT);
        let all = after[..2].iter().flatten().all(|(id, text)| is_kept(id, text));
        assert!(replaces || all, "a field is lost: {after:?}");
        check_lists(service);
        for (place, path) in ["/_connector", "/_connector/_sync_job"].iter().enumerate() {
            for id in after[place].keys().filter(|id| is_plain(id)) {
                let read = service.get(&format!("{path}/{id}"));
                assert!(read.is_success(), "{path}/{id}: {read:?}");
                assert_eq!(read.json()["id"], **id, "{read:?}");
            }
        }
    });
}

/// Whether an id needs no encoding in a path, and is no name of another path.
fn is_plain(id: &str) -> bool {
    !id.starts_with('_') && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
