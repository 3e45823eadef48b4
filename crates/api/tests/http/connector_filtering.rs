//! The endpoints of which documents a connector takes.

use crate::connector_change::{add, put_all, refusals, show};
use crate::session::{Scenario, Session, scenario};

pub(crate) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario!("connector.update_filtering", filtering),
        scenario!("connector.update_filtering_validation", validation),
        scenario!("connector.update_active_filtering", activate),
    ]
}

const RULE: &str =
    r#"{"id":"no-text","field":"extension","policy":"exclude","rule":"equals","value":"txt","order":1}"#;
const DEFAULT: &str =
    r#"{"id":"DEFAULT","field":"_","policy":"include","rule":"regex","value":".*","order":0}"#;
const SNIPPET: &str = r#"{"value":[{"tables":["users"],"query":"SELECT 1.10"}]}"#;
const VALID: &str = r#"{"errors":[],"state":"valid"}"#;

/// A whole set of rules, as `filtering` takes it.
fn set(rules: &str) -> String {
    format!(r#"{{"advanced_snippet":{SNIPPET},"rules":[{rules}],"validation":{VALID}}}"#)
}

async fn filtering(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", "").await;
    let path = "/_connector/c?filter_path=filtering";
    let first = RULE.replace("no-text", "first").replace(":1}", ":-1}");
    session
        .call("PUT", "/_connector/c/_filtering", &format!(r#"{{"rules":[{DEFAULT},{RULE},{first}]}}"#))
        .await;
    session.call("GET", path, "").await;
    session.call("PUT", "/_connector/c/_filtering", &format!(r#"{{"advanced_snippet":{SNIPPET}}}"#)).await;
    session.call("GET", path, "").await;
    let both = r#"{"rules":[],"advanced_snippet":{"value":{}}}"#;
    session.call("PUT", "/_connector/c/_filtering", both).await;
    session.call("GET", path, "").await;
    let whole = format!(
        r#"{{"filtering":[{{"active":{},"domain":"letters","draft":{}}}]}}"#,
        set(&format!("{DEFAULT},{RULE}")),
        set("")
    );
    session.call("PUT", "/_connector/c/_filtering", &whole).await;
    session.call("GET", path, "").await;
    add(session, "kept", r#""filtering":[{"active":{"x":1.10},"draft":{"x":[{}]},"x":null},{"x":{}}]"#).await;
    put_all(session, "kept", "_filtering", &[r#"{"rules":[]}"#]).await;
    let doubtful = [
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace("equals", "regex").replace("txt", "a(")),
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace("no-text", "")),
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace(":1}", r#":1,"weight":2}"#)),
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace(":1}", r#":"1"}"#)),
        &format!(r#"{{"rules":[{}]}}"#, DEFAULT.replace("include", "exclude")),
        &format!(r#"{{"rules":[{}]}}"#, DEFAULT.replace(".*", "x")),
        r#"{"advanced_snippet":{"value":{},"language":"sql"}}"#,
        &format!(
            r#"{{"filtering":[{{"active":{},"draft":{}}}]}}"#,
            set(""),
            set(&RULE.replace("equals", "regex").replace("txt", "*"))
        ),
    ];
    put_all(session, "kept", "_filtering", &doubtful).await;
    put_all(session, "kept", "_filtering?dry_run=true", &doubtful[..2]).await;
    let wrong = [
        "{}",
        r#"{"rules":null}"#,
        r#"{"filtering":[],"rules":[]}"#,
        r#"{"filter":[]}"#,
        r#"{"rules":[{"id":"a"}]}"#,
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace("exclude", "ignore")),
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace("equals", "like")),
        &format!(r#"{{"rules":[{}]}}"#, RULE.replace(":1}", ":1.5}")),
        r#"{"rules":[7]}"#,
        r#"{"advanced_snippet":{"value":"SELECT"}}"#,
        r#"{"advanced_snippet":{"value":[{},7]}}"#,
        r#"{"advanced_snippet":{"value":null}}"#,
        r#"{"advanced_snippet":{}}"#,
        r#"{"advanced_snippet":{"value":{},"created_at":"soon"}}"#,
        &format!(r#"{{"filtering":[{{"active":{}}}]}}"#, set("")),
        &format!(r#"{{"filtering":[{{"active":{},"draft":{{"rules":[]}}}}]}}"#, set("")),
    ];
    put_all(session, "kept", "_filtering", &wrong).await;
    refusals(session, "_filtering", r#"{"rules":[]}"#).await;
}

async fn validation(session: &mut Session) {
    add(
        session,
        "c",
        r#""filtering":[{"active":{"x":1},"draft":{"x":1.10,"validation":{"state":"edited"}}}]"#,
    )
    .await;
    let invalid =
        r#"{"validation":{"state":"invalid","errors":[{"ids":["no-text"],"messages":["no such field"]}]}}"#;
    let valid = format!(r#"{{"validation":{VALID}}}"#);
    put_all(session, "c", "_filtering/_validation", &[invalid, invalid]).await;
    put_all(session, "c", "_filtering/_validation", &[&valid]).await;
    let wrong = [
        "{}",
        r#"{"validation":{}}"#,
        r#"{"validation":{"state":"valid"}}"#,
        r#"{"validation":{"state":"perfect","errors":[]}}"#,
        r#"{"validation":{"state":"invalid","errors":[{"ids":"a","messages":[]}]}}"#,
        r#"{"validation":{"state":"invalid","errors":[{"ids":["a"]}]}}"#,
        r#"{"validation":{"state":"valid","errors":[],"by":"me"}}"#,
    ];
    put_all(session, "c", "_filtering/_validation", &wrong).await;
    add(session, "bare", "").await;
    put_all(session, "bare", "_filtering/_validation", &[&valid]).await;
    refusals(session, "_filtering/_validation", &valid).await;
}

async fn activate(session: &mut Session) {
    session.prepare("PUT", "/_connector/c", "").await;
    session.call("PUT", "/_connector/c/_filtering/_activate", "").await;
    session.prepare("PUT", "/_connector/c/_filtering", &format!(r#"{{"rules":[{RULE}]}}"#)).await;
    session.call("PUT", "/_connector/c/_filtering/_activate", "").await;
    let invalid = r#"{"validation":{"state":"invalid","errors":[]}}"#;
    session.prepare("PUT", "/_connector/c/_filtering/_validation", invalid).await;
    session.call("PUT", "/_connector/c/_filtering/_activate", "").await;
    let valid = format!(r#"{{"validation":{VALID}}}"#);
    session.prepare("PUT", "/_connector/c/_filtering/_validation", &valid).await;
    session
        .call("GET", "/_connector/c?filter_path=filtering.active.rules.id,filtering.draft.rules.id", "")
        .await;
    session.call("PUT", "/_connector/c/_filtering/_activate", "").await;
    session.call("PUT", "/_connector/c/_filtering/_activate", "").await;
    show(session, "c").await;
    add(session, "bare", "").await;
    session.call("PUT", "/_connector/bare/_filtering/_activate", "").await;
    session.call("PUT", "/_connector/c/_filtering/_activate", "{}").await;
    refusals(session, "_filtering/_activate", "").await;
}
