//! Credentials, and the bodies of requests for API keys.

use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::http::{Method, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::answer::Answer;
use crate::message::Message;
use crate::service::{ADMIN_KEY, Service, with_secure_service};

/// What is for everybody.
const PUBLIC: &[&str] = &["/_health", "/_openapi.json", "/_docs"];
/// Stands in stored documents, and in no answer to a stranger.
const STORED: &str = "content-i";

/// Checks a request: with an `Authorization` header as it stands, otherwise with the key that may do everything. Only who
/// has a key is let in, and a key that is created works as it was asked for.
pub(super) fn check(input: &[u8]) {
    let Some(mut message) = Message::read(input).filter(|message| !message.may_wait()) else { return };
    let sent = message.headers.iter().rev().find(|(name, _)| *name == AUTHORIZATION);
    let sent = sent.map(|(_, value)| value.as_bytes().to_vec());
    if sent.is_none() {
        let admin = HeaderValue::try_from(format!("ApiKey {ADMIN_KEY}")).expect("a header");
        message.headers.push((AUTHORIZATION, admin));
    }
    with_secure_service(|service| {
        let answer = service.checked_answer(&message);
        if sent.is_none_or(|sent| is_admin(&sent)) {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
            check_created(service, &message, &answer);
        } else {
            let path = message.target.path();
            let is_public =
                message.method == Method::OPTIONS || PUBLIC.iter().any(|public| path.starts_with(public));
            assert!(is_public || !answer.is_success(), "a stranger is let in: {answer:?}");
            assert!(!answer.text().contains(STORED), "a stranger reads what is stored: {answer:?}");
        }
        if !answer.is_success() {
            assert_eq!(service.documents(), service.usual(), "a refusal changed something: {answer:?}");
        }
    });
}

/// Whether a header has the credentials of the key that may do everything.
fn is_admin(header: &[u8]) -> bool {
    let text = String::from_utf8_lossy(header);
    let Some((scheme, credentials)) = text.trim().split_once(' ') else { return false };
    let credentials = credentials.trim();
    let decoded = BASE64_STANDARD.decode(credentials).unwrap_or_default();
    scheme.eq_ignore_ascii_case("ApiKey") && (credentials == ADMIN_KEY || decoded == ADMIN_KEY.as_bytes())
}

/// If a key was created: it works, it is found, and its secret is never told again.
fn check_created(service: &Service, message: &Message<'_>, answer: &Answer) {
    let is_creation = message.method == Method::POST || message.method == Method::PUT;
    if !is_creation
        || message.target.path() != "/_security/api_key"
        || !answer.is_success()
        || message.is_partial()
    {
        return;
    }
    let created = answer.json();
    let text =
        |name: &str| created[name].as_str().unwrap_or_else(|| panic!("no {name}: {created}")).to_owned();
    let (id, secret, encoded) = (text("id"), text("api_key"), text("encoded"));
    for credentials in [&format!("{id}:{secret}"), &encoded] {
        let whoami = service.send_with(&Method::GET, "/_security/_authenticate", "", credentials);
        assert!(whoami.is_success(), "{created}: {whoami:?}");
        assert_eq!(whoami.json()["api_key"]["id"], *id, "{whoami:?}");
    }
    let wrong = service.send_with(&Method::GET, "/_security/_authenticate", "", &format!("{id}:{secret}x"));
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
    let found = service.send_with(&Method::GET, &format!("/_security/api_key?id={id}"), "", ADMIN_KEY);
    assert!(found.is_success() && !found.text().contains(&secret), "{found:?}");
    let found = found.json();
    let key = &found["api_keys"][0];
    let sent: Value = serde_json::from_slice(message.body).unwrap_or_default();
    for field in ["name", "metadata"] {
        if sent[field].is_string() || sent[field].is_object() {
            assert_eq!(key[field], sent[field], "{found} of {sent}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_told_apart() {
        let encoded = BASE64_STANDARD.encode(ADMIN_KEY);
        for known in [format!("ApiKey {ADMIN_KEY}"), format!("apikey   {encoded} ")] {
            assert!(is_admin(known.as_bytes()), "{known}");
        }
        for other in [format!("Basic {encoded}"), format!("ApiKey {ADMIN_KEY}x"), encoded, String::new()] {
            assert!(!is_admin(other.as_bytes()), "{other}");
        }
    }
}
