//! Sync rules, from the draft to what they leave out.

use serde_json::json;

use crate::session::{SHOP, Session};
use crate::syncs::counts;

const TIME: &str = "2026-01-01T00:00:00.000Z";

pub(crate) fn drafted_validated_activated_used(session: Session) {
    session.sync("full");
    let draft = |rule: &str, value: &str| {
        let rule = json!({
            "id": "r1", "field": "name", "policy": "exclude", "rule": rule, "value": value, "order": 0,
            "created_at": TIME, "updated_at": TIME,
        });
        session.change(&format!("/_connector/{SHOP}/_filtering"), &json!({ "rules": [rule] }));
    };
    let state = |found: &serde_json::Value| found["filtering"][0]["draft"]["validation"]["state"].clone();

    draft("regex", "customer (");
    let connector = session.wait_for_connector("looked at its draft", |found| state(found) == "invalid");
    let errors = &connector["filtering"][0]["draft"]["validation"]["errors"];
    assert_eq!(errors[0]["ids"], json!(["r1"]), "{errors:#}");
    let active = |found: &serde_json::Value| {
        let rules = found["filtering"][0]["active"]["rules"].as_array().cloned().unwrap_or_default();
        rules.iter().any(|rule| rule["id"] == "r1")
    };
    assert!(!active(&connector), "{connector:#}");

    draft("regex", "^customer 1[0-9]*$");
    session.wait_for_connector("active rules", active);
    let job = session.sync("full");
    // Customers 1 and 10 to 17.
    assert_eq!(counts(&job), [308, 9, 308], "{job:#}");
    let mut expected = session.shop.documents("true");
    expected.retain(|_, row| !row["name"].as_str().is_some_and(|name| name.starts_with("customer 1")));
    assert_eq!(expected.len(), 308);
    session.check_content(&expected);
    session.finish();
}
