//! Accepted and rejected changes of the rules.

use super::*;
use crate::connector::test_support::{Case, check, refused, stored, warned};

const DATES: &str = r#""created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z""#;
const VALID: &str = r#"{"errors":[],"state":"valid"}"#;

fn now() -> Timestamp {
    Timestamp::parse("2026-01-02T03:04:05.000Z").unwrap()
}

fn change(connector: Connector, body: &ConnectorFiltering) -> Result<Warned<Connector>, Refusal> {
    connector.set_filtering(body, now())
}

/// A rule that was sent without timestamps, as stored.
fn rule_sent_without_times(id: &str, order: i64, time: &str) -> String {
    let (field, policy, condition, value) =
        if id == "DEFAULT" { ("_", "include", "regex", ".*") } else { ("name", "exclude", "equals", "x") };
    format!(
        r#"{{"id":"{id}","order":{order},"field":"{field}","policy":"{policy}","rule":"{condition}","value":"{value}","created_at":"{time}","updated_at":"{time}"}}"#
    )
}

/// A rule with timestamps.
fn rule(id: &str, order: i64, time: &str) -> String {
    let (field, policy, condition, value) =
        if id == "DEFAULT" { ("_", "include", "regex", ".*") } else { ("name", "exclude", "equals", "x") };
    format!(
        r#"{{"created_at":"{time}","field":"{field}","id":"{id}","order":{order},"policy":"{policy}","rule":"{condition}","updated_at":"{time}","value":"{value}"}}"#
    )
}

/// A rule in a request, without timestamps.
fn sent(id: &str, order: i64, condition: &str, value: &str) -> String {
    format!(
        r#"{{"id":"{id}","order":{order},"field":"name","policy":"exclude","rule":"{condition}","value":"{value}"}}"#
    )
}

/// The stored rules of a draft.
fn draft_rules(body: &str) -> String {
    let connector = stored(r#"{"filtering":[{"draft":{}}]}"#);
    let changed = change(connector, &serde_json::from_str(body).unwrap()).unwrap().value;
    let entries = changed.document.get(fields::FILTERING).unwrap();
    entries[0].get(DRAFT).unwrap().get_raw("rules").unwrap().get().to_owned()
}

#[test]
fn rules_are_sorted_and_the_default_one_is_last() {
    let at = "2026-01-02T03:04:05.000Z";
    let sent_rule = |id: &str, order| rule_sent_without_times(id, order, at);
    let rules = |rules: &[String]| format!("[{}]", rules.join(","));
    let default = r#"{"id":"DEFAULT","order":0,"field":"_","policy":"include","rule":"regex","value":".*"}"#;
    let (a, b, c) = (sent("a", 7, "equals", "x"), sent("b", -1, "equals", "x"), sent("c", 7, "equals", "x"));
    for (body, expected) in [
        (r#"{"rules":[]}"#.to_owned(), rules(&[rule("DEFAULT", 0, at)])),
        (format!(r#"{{"rules":[{default}]}}"#), rules(&[sent_rule("DEFAULT", 0)])),
        (
            format!(r#"{{"rules":[{a},{b},{c}]}}"#),
            rules(&[sent_rule("b", -1), sent_rule("a", 7), sent_rule("c", 7), rule("DEFAULT", 8, at)]),
        ),
        (format!(r#"{{"rules":[{default},{a}]}}"#), rules(&[sent_rule("a", 7), sent_rule("DEFAULT", 8)])),
        (
            format!(r#"{{"rules":[{}]}}"#, sent("a", i64::MAX, "equals", "x")),
            rules(&[sent_rule("a", i64::MAX), rule("DEFAULT", i64::MAX, at)]),
        ),
    ] {
        assert_eq!(draft_rules(&body), expected, "{body}");
    }
}

#[test]
fn what_is_not_known_of_a_rule_is_kept() {
    let body = r#"{"rules":[{"id":"a","weight":1.10,"order":"3","field":"f","policy":"EXCLUDE","rule":">","value":"1","created_at":"2026-01-01","updated_at":null}]}"#;
    let rule = r#"{"id":"a","weight":1.10,"order":3,"field":"f","policy":"exclude","rule":">","value":"1","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T03:04:05.000Z"}"#;
    assert!(draft_rules(body).starts_with(&format!("[{rule},")), "{}", draft_rules(body));
    warned(
        "{}",
        &[(body, &["[rules[0].weight] is not known and only kept -> did you mean [field]?"])],
        change,
    );
}

#[test]
fn a_draft_changes_and_the_active_rules_do_not() {
    check(
        &[Case {
            stored: r#"{"filtering":[{"domain":"D","active":{"rules":[1.10]},"draft":{"rules":[1e400],"note":null,"validation":{"errors":[],"state":"valid"}},"x":1},{"other":{}}]}"#,
            body: r#"{"advanced_snippet":{"value":[{"query": "SELECT 1.10"}],"created_at":"2026-01-01T00:00:00Z"}}"#,
            becomes: r#"{"filtering":[{"domain":"D","active":{"rules":[1.10]},"draft":{"rules":[1e400],"note":null,"validation":{"errors":[],"state":"edited"},"advanced_snippet":{"value":[{"query": "SELECT 1.10"}],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T03:04:05.000Z"}},"x":1},{"other":{}}]}"#,
        }],
        change,
    );
}

#[test]
fn a_connector_without_rules_gets_those_of_a_new_one_first() {
    for text in ["{}", r#"{"filtering":null}"#, r#"{"filtering":[]}"#, r#"{"filtering":{"x":1}}"#] {
        let body = serde_json::from_str(r#"{"advanced_snippet":{"value":{"a":1}}}"#).unwrap();
        let changed = change(stored(text), &body).unwrap().value;
        let entry = &changed.document.get(fields::FILTERING).unwrap()[0];
        let default = create::default_filtering(now());
        assert_eq!(entry.get(ACTIVE), default.get(ACTIVE), "{text}");
        assert_eq!(entry.get(DRAFT).unwrap().get_raw("rules").unwrap().get(), {
            let rules = default.get(DRAFT).unwrap();
            rules.get_raw("rules").unwrap().get().to_owned()
        });
    }
}

#[test]
fn all_rules_are_replaced_together() {
    let at = "2026-01-01T00:00:00Z";
    let set = |rules: &[(&str, i64)]| {
        let rules: Vec<String> = rules.iter().map(|(id, order)| rule(id, *order, at)).collect();
        format!(
            r#"{{"advanced_snippet":{{{DATES},"value":{{"a": 1e400}}}},"rules":[{}],"validation":{VALID}}}"#,
            rules.join(",")
        )
    };
    let (active, draft) = (
        set(&[("DEFAULT", 0), ("b", 2), ("a", 1)]),
        set(&[("a", 1)]).replace(VALID, r#"{"state":"valid","errors":[],"by":"me"}"#),
    );
    let body = format!(r#"{{"filtering":[{{"active":{active},"draft":{draft}}}]}}"#);
    let changed =
        change(stored(r#"{"filtering":[{"x":1}],"y":1.10}"#), &serde_json::from_str(&body).unwrap());
    assert_eq!(
        changed.unwrap().value.document.to_json(),
        format!(r#"{{"filtering":[{{"active":{active},"draft":{draft},"domain":"DEFAULT"}}],"y":1.10}}"#)
    );
}

#[test]
fn what_is_sent_is_clear() {
    refused(
        "{}",
        &[
            ("{}", "[filtering] is required, or [advanced_snippet] or [rules]"),
            (r#"{"rules":[],"filtering":[]}"#, "[filtering] cannot be sent with"),
        ],
        change,
    );
}

#[test]
fn what_can_hardly_be_a_rule_is_taken_and_warned_of() {
    let all = format!(
        r#"{{"rules":[{},{},{},{},{}]}}"#,
        sent("a", 0, "regex", "("),
        sent("b", 0, "equals", "("),
        sent("", 0, "equals", ""),
        sent("DEFAULT", 0, "regex", ".*"),
        sent("c", 0, "regex", "(?=a).*"),
    );
    let set = |rules: &str| {
        format!(r#"{{"advanced_snippet":{{"value":{{}}}},"rules":[{rules}],"validation":{VALID}}}"#)
    };
    let entry =
        format!(r#"{{"filtering":[{{"active":{},"draft":{}}}]}}"#, set(""), set(&sent("a", 0, "regex", "*")));
    warned(
        "{}",
        &[
            (
                &all,
                &[
                    r#"[rules[0].value] must be a regular expression: opening parenthesis without closing parenthesis at character [2], but was ["("]"#,
                    "[rules[2].id] should not be empty",
                    "[rules[3]] is the rule for every document that no other is about: its [field] should be [_], its [rule] [regex] and its [value] [.*]",
                ],
            ),
            (
                &entry,
                &[
                    r#"[filtering[0].draft.rules[0].value] must be a regular expression: target of repeat operator is invalid at character [1], but was ["*"]"#,
                ],
            ),
        ],
        change,
    );
}

#[test]
fn several_default_rules_are_all_kept() {
    let others = draft_rules(&format!(
        r#"{{"rules":[{},{},{}]}}"#,
        sent("DEFAULT", 0, "equals", "1"),
        sent("a", 1, "equals", "2"),
        sent("DEFAULT", 0, "equals", "3")
    ));
    let values: Vec<&str> = others.split(r#""value":""#).skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(values, ["2", "1", "3"], "{others}");
}

#[test]
fn a_snippet_is_an_object_or_an_array_of_objects() {
    for (value, is_right) in [
        ("{}", true),
        (r#"{"a":[1]}"#, true),
        ("[]", true),
        (r#"[{},{"a":1}]"#, true),
        ("1", false),
        ("null", false),
        (r#""{}""#, false),
        ("true", false),
        ("[1]", false),
        ("[{},null]", false),
        ("[[]]", false),
    ] {
        let body = format!(r#"{{"advanced_snippet":{{"value":{value}}}}}"#);
        assert_eq!(serde_json::from_str::<ConnectorFiltering>(&body).is_ok(), is_right, "{value}");
    }
}

#[test]
fn conditions_and_policies_are_those_of_the_documentation() {
    for condition in ["contains", "ends_with", "equals", "regex", "starts_with", ">", "<"] {
        let body = format!(r#"{{"rules":[{}]}}"#, sent("a", 0, condition, "x"));
        assert!(draft_rules(&body).contains(&format!(r#""rule":"{condition}""#)), "{condition}");
    }
    for wrong in ["greater_than", "less_than", "like", ">=", ""] {
        let body = format!(r#"{{"rules":[{}]}}"#, sent("a", 0, wrong, "x"));
        assert!(serde_json::from_str::<ConnectorFiltering>(&body).is_err(), "{wrong}");
    }
    let reason = serde_json::from_str::<FilteringCondition>(r#""like""#).unwrap_err().to_string();
    assert!(reason.contains("[contains, ends_with, equals, regex, starts_with, >, <]"), "{reason}");
    assert!(serde_json::from_str::<FilteringPolicy>(r#""maybe""#).is_err());
}

#[test]
fn a_worker_says_whether_a_draft_can_be_used() {
    check(
        &[Case {
            stored: r#"{"filtering":[{"active":{},"draft":{"validation":{"state":"edited"},"rules":[1.10]}}]}"#,
            body: r#"{"validation":{"state":"invalid","errors":[{"ids":["a","b"],"messages":["no"]}]}}"#,
            becomes: r#"{"filtering":[{"active":{},"draft":{"validation":{"state":"invalid","errors":[{"ids":["a","b"],"messages":["no"]}]},"rules":[1.10]}}]}"#,
        }],
        |connector, body: &ConnectorFilteringValidation| {
            Ok(connector.set_filtering_validation(&body.validation, now()))
        },
    );
}

#[test]
fn only_a_valid_draft_becomes_active() {
    let with =
        |draft: &str| format!(r#"{{"filtering":[{{"active":{{"old":1}},"draft":{draft},"x":1}},{{}}]}}"#);
    let valid = r#"{"rules":[1e400],"validation":{"errors":[],"state":"valid"}}"#;
    let activated = stored(&with(valid)).activate_filtering("c").unwrap();
    assert_eq!(
        activated.document.to_json(),
        format!(r#"{{"filtering":[{{"active":{valid},"draft":{valid},"x":1}},{{}}]}}"#)
    );
    for (text, state) in [
        (with(r#"{"validation":{"state":"edited"}}"#), "edited"),
        (with(r#"{"validation":{"state":"invalid"}}"#), "invalid"),
        (with(r#"{"validation":{"state":7}}"#), "7"),
        (with("{}"), "none"),
        (with("null"), "none"),
        (r#"{"filtering":[]}"#.to_owned(), "none"),
        ("{}".to_owned(), "none"),
    ] {
        let reason = stored(&text).activate_filtering("c").unwrap_err().to_string();
        assert!(
            reason.contains("connector [c]") && reason.contains(&format!("[{state}]")),
            "{text}: {reason}"
        );
    }
}
