//! Paths and query strings, without a body.

use actix_web::http::Method;
use serde_json::Value;

use crate::message::Message;
use crate::service::{Service, with_service};

/// Checks a request line, and a body if one follows: what reads changes nothing and answers the same again, and a page
/// is not longer than was asked for.
pub(super) fn check(input: &[u8]) {
    let Some(message) = Message::read(input).filter(|message| !message.may_wait()) else { return };
    with_service(|service| {
        let before = service.usual();
        let answer = service.checked_answer(&message);
        if !answer.is_success() || message.method.is_safe() {
            assert_eq!(service.documents(), before, "{answer:?} changed something");
        }
        if message.method == Method::GET {
            assert_eq!(service.answer(&message).status, answer.status);
            if answer.is_success() && !message.is_partial() && answer.media_type == "application/json" {
                check_page(&message, &answer.json());
            }
        }
        if service.documents() != before {
            check_lists(service);
        }
    });
}

fn check_page(message: &Message<'_>, answer: &Value) {
    let (Some(count), Some(results)) = (answer["count"].as_u64(), answer["results"].as_array()) else {
        return;
    };
    assert!(results.len() as u64 <= count, "more than there are: {answer}");
    let query = message.target.query().unwrap_or_default();
    let size =
        query.split('&').filter_map(|pair| pair.strip_prefix("size=")).find_map(|size| size.parse().ok());
    assert!(results.len() <= size.unwrap_or(100), "more than was asked for: {answer}");
}

/// Whatever was asked for: what is stored can be listed.
pub(super) fn check_lists(service: &Service) {
    for list in ["/_connector?include_deleted=true", "/_connector/_sync_job"] {
        let answer = service.get(list);
        assert!(answer.is_success() && answer.json()["results"].is_array(), "{list}: {answer:?}");
    }
}
