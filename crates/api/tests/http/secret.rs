//! The secrets of connectors: answered to those who ask by id, and nowhere else.

use tributary_storage::Collection;
use tributary_storage::StoreExt as _;

use crate::session::{Scenario, Session, scenario};

const SECRETS: &str = "/_connector/_secret";
/// Another than that of the session.
const OTHER_KEY: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.secret_post", post),
        scenario!("connector.secret_get", get),
        scenario!("connector.secret_put", put),
        scenario!("connector.secret_delete", delete),
        scenario!("failure.secret_keys", keys),
    ]
}

/// Checks that the value is in nothing that is stored.
async fn check_unreadable(session: &Session, id: &str, value: &str) {
    let id = tributary_domain::Id::parse("id", id).expect("an id of the test");
    let stored = session.store.get(Collection::SECRETS, &id).await.expect("stored").document;
    let stored = String::from_utf8_lossy(&stored);
    assert!(stored.contains("\"ciphertext\"") && !stored.contains(value), "{stored}");
}

async fn post(session: &mut Session) {
    session.call("POST", SECRETS, r#"{"value":"an encoded key"}"#).await;
    check_unreadable(session, "id-0001", "an encoded key").await;
    session.call("GET", &format!("{SECRETS}/id-0001"), "").await;
    session.call("POST", &format!("{SECRETS}?pretty"), r#"{"value":"é \"\u0000"}"#).await;
    session.call("GET", &format!("{SECRETS}/id-0002"), "").await;
    for body in [
        "",
        "{}",
        r#"{"value":""}"#,
        r#"{"value":null}"#,
        r#"{"value":424242}"#,
        r#"{"value":["424242"]}"#,
        r#"{"value":{"424242":"424242"}}"#,
        r#"{"value":"424242\ud800"}"#,
        r#"{"value":"424242""#,
        r#"{"value":424242x}"#,
        r#"{"value":"424242","value":"424243"}"#,
        r#"{"value":"a","name":"424242"}"#,
        r#"["424242"]"#,
        r#""424242""#,
    ] {
        session.call("POST", SECRETS, body).await;
    }
    let long = format!(r#"{{"value":"{}"}}"#, "x".repeat(4_096));
    session.call("POST", SECRETS, &long).await;
    session.call("POST", &format!("{SECRETS}?value=x"), r#"{"value":"a"}"#).await;
    for (_, answer) in session.record().split(">>> ").filter_map(|call| call.split_once("\n<<< 4")) {
        assert!(!answer.contains("42424"), "a refusal repeats a value: {answer}");
    }
}

async fn get(session: &mut Session) {
    session.prepare("PUT", &format!("{SECRETS}/s-1"), r#"{"value":"an encoded key"}"#).await;
    session.call("GET", &format!("{SECRETS}/s-1"), "").await;
    session.call("GET", &format!("{SECRETS}/s-1?filter_path=id"), "").await;
    session.call("HEAD", &format!("{SECRETS}/s-1"), "").await;
    session.call("GET", &format!("{SECRETS}/nobody"), "").await;
    session.call("GET", &format!("{SECRETS}/{}", "x".repeat(513)), "").await;
    session.call("GET", SECRETS, "").await;
    // They are in no list, and no connector has their path.
    session.call("GET", "/_connector?include_deleted", "").await;
    session.call("GET", "/_connector/_sync_job", "").await;
    session.call("GET", "/_connector/s-1", "").await;
    // What another wrote cannot be read, and is not shown.
    session.store(Collection::SECRETS, "plain", r#"{"value":"not encrypted"}"#).await;
    session.call("GET", &format!("{SECRETS}/plain"), "").await;
}

async fn put(session: &mut Session) {
    session.call("PUT", &format!("{SECRETS}/a%2Fb%20%C3%BC"), r#"{"value":"the first"}"#).await;
    session.call("PUT", &format!("{SECRETS}/a%2Fb%20%C3%BC"), r#"{"value":"the second"}"#).await;
    check_unreadable(session, "a/b ü", "the second").await;
    session.call("GET", &format!("{SECRETS}/a%2Fb%20%C3%BC"), "").await;
    // The same once more is a change as well: nobody can tell that it is the same.
    session.call("PUT", &format!("{SECRETS}/a%2Fb%20%C3%BC"), r#"{"value":"the second"}"#).await;
    session.call("PUT", &format!("{SECRETS}/s-1"), "").await;
    session.call("PUT", &format!("{SECRETS}/s-1"), r#"{"value":""}"#).await;
    session.call("PUT", &format!("{SECRETS}/{}", "x".repeat(513)), r#"{"value":"a"}"#).await;
    session.call("PUT", SECRETS, r#"{"value":"a"}"#).await;
    session.call("GET", &format!("{SECRETS}/s-1"), "").await;
}

async fn delete(session: &mut Session) {
    session.prepare("PUT", &format!("{SECRETS}/s-1"), r#"{"value":"an encoded key"}"#).await;
    session.call("DELETE", &format!("{SECRETS}/s-1"), "").await;
    session.call("DELETE", &format!("{SECRETS}/s-1"), "").await;
    session.call("GET", &format!("{SECRETS}/s-1"), "").await;
    session.call("DELETE", &format!("{SECRETS}/nobody"), "").await;
}

/// A service without a key, and one with the wrong one.
async fn keys(session: &mut Session) {
    session.prepare("PUT", &format!("{SECRETS}/s-1"), r#"{"value":"an encoded key"}"#).await;
    for key in [None, Some(OTHER_KEY)] {
        session.replace_secret_key(key).await;
        session.call("GET", &format!("{SECRETS}/s-1"), "").await;
        session.call("POST", SECRETS, r#"{"value":"a"}"#).await;
        session.call("PUT", &format!("{SECRETS}/s-1"), r#"{"value":"a"}"#).await;
        session.call("GET", "/_connector?filter_path=count", "").await;
    }
    session.replace_secret_key(None).await;
    session.call("DELETE", &format!("{SECRETS}/s-1"), "").await;
    let both = format!("{OTHER_KEY}\n{}", crate::session::SECRET_KEY);
    session.replace_secret_key(Some(&both)).await;
    session.call("GET", &format!("{SECRETS}/s-1"), "").await;
}
