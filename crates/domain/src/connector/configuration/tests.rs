//! Every change of a configuration, accepted and refused.

use super::*;
use crate::connector::test_support::{Case, check, refused, stored};

fn change(connector: Connector, body: &ConnectorConfiguration) -> Result<Connector, Refusal> {
    connector.set_configuration(body)
}

/// The problem that a field with these properties has in a whole configuration.
fn problem_of(properties: &str) -> Option<String> {
    problem_beside(properties, "")
}

/// The same, beside other fields.
fn problem_beside(properties: &str, others: &str) -> Option<String> {
    let body = format!(r#"{{"configuration":{{"port":{{"label":"Port",{properties}}}{others}}}}}"#);
    let body = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"));
    change(stored("{}"), &body).err().map(|refusal| refusal.to_string())
}

/// Why a field with these properties cannot be read at all.
fn unreadable(properties: &str) -> String {
    let body = format!(r#"{{"configuration":{{"port":{{{properties}}}}}}}"#);
    serde_json::from_str::<ConnectorConfiguration>(&body).expect_err(properties).to_string()
}

#[test]
fn a_value_in_the_place_of_its_field_is_not_repeated() {
    let body = r#"{"configuration":{"password":"hunter2"}}"#;
    let reason = serde_json::from_str::<ConnectorConfiguration>(body).expect_err(body).to_string();
    assert!(reason.starts_with("invalid type: string, expected an object"), "{reason}");
}

#[test]
fn a_whole_configuration_is_kept_to_the_letter() {
    check(
        &[
            Case {
                stored: r#"{"x":1.10,"configuration":{"old":{}},"status":"created"}"#,
                body: r#"{"configuration":{"port":{"value":5432.00e0,"order":1,"label":"\u0050ort"},"host":{"label":"Host","value":null,"tooltip":null}}}"#,
                becomes: r#"{"x":1.10,"configuration":{"port":{"value":5432.00e0,"order":1,"label":"\u0050ort"},"host":{"label":"Host","value":null,"tooltip":null}},"status":"configured"}"#,
            },
            Case {
                stored: "{}",
                body: r#"{"configuration":{}}"#,
                becomes: r#"{"configuration":{},"status":"configured"}"#,
            },
        ],
        change,
    );
}

#[test]
fn values_change_nothing_else() {
    check(
        &[
            Case {
                stored: r#"{"configuration":{"port":{"type":"int","value":1,"note":1.10},"kept":[1e400]},"status":"needs_configuration"}"#,
                body: r#"{"values":{"port":"20"}}"#,
                becomes: r#"{"configuration":{"port":{"type":"int","value":"20","note":1.10},"kept":[1e400]},"status":"configured"}"#,
            },
            Case {
                stored: r#"{"configuration":{"a":{},"b":{"value":{"x":1}}}}"#,
                body: r#"{"values":{"b":[1.10,{}],"a":null}}"#,
                becomes: r#"{"configuration":{"a":{"value":null},"b":{"value":[1.10,{}]}},"status":"configured"}"#,
            },
            Case {
                stored: r#"{"configuration":{"a":{"value":1}},"status":"connected"}"#,
                body: r#"{"values":{}}"#,
                becomes: r#"{"configuration":{"a":{"value":1}},"status":"configured"}"#,
            },
        ],
        change,
    );
}

#[test]
fn values_are_for_fields_that_are_there() {
    refused(
        r#"{"configuration":{"host":{},"broken":7}}"#,
        &[
            ("{}", "[configuration] or [values] is required"),
            (r#"{"configuration":{},"values":{}}"#, "[configuration] cannot be sent with [values]"),
            (r#"{"values":{"host":"a","port":1,"user":"u"}}"#, "no fields [port, user]"),
            (
                r#"{"values":{"broken":1}}"#,
                "[values.broken] cannot be set: [configuration.broken] is no object",
            ),
        ],
        change,
    );
    refused("{}", &[(r#"{"values":{"port":1}}"#, "no fields [port]")], change);
}

#[test]
fn a_value_is_of_the_type_of_its_field() {
    let (string, integer) = ("must be a string", "must be a whole number");
    let (list, boolean) = ("must be an array, or a string with commas", "must be true or false");
    for (kind, value, problem) in [
        ("str", r#""a""#, None),
        ("str", "5", Some(string)),
        ("str", "true", Some(string)),
        ("str", r#"["a"]"#, Some(string)),
        ("int", "5", None),
        ("int", r#""5""#, None),
        ("int", r#"" -5 ""#, None),
        ("int", "5.5", Some(integer)),
        ("int", "1e400", Some(integer)),
        ("int", r#""five""#, Some(integer)),
        ("int", "true", Some(integer)),
        ("int", "[5]", Some(integer)),
        ("list", r#"["a",1]"#, None),
        ("list", r#""a, b""#, None),
        ("list", "5", Some(list)),
        ("list", r#"[["a"]]"#, Some(list)),
        ("list", r#"{"a":1}"#, Some(list)),
        ("bool", "true", None),
        ("bool", "false", None),
        ("bool", r#""true""#, Some(boolean)),
        ("bool", "1", Some(boolean)),
    ] {
        for empty in ["null", r#""""#, "[]"] {
            assert_eq!(problem_of(&format!(r#""type":"{kind}","value":{empty}"#)), None, "{kind} {empty}");
        }
        let found = problem_of(&format!(r#""type":"{kind}","value":{value}"#));
        assert_eq!(found.is_some(), problem.is_some(), "{kind} {value}: {found:?}");
        if let (Some(found), Some(problem)) = (found, problem) {
            assert!(found.contains(&format!("[configuration.port.value] {problem}, but was [")), "{found}");
        }
        let default = problem_of(&format!(r#""type":"{kind}","value":null,"default_value":{value}"#));
        let expected = problem
            .map(|problem| format!("Validation Failed: 1: [configuration.port.default_value] {problem};"));
        assert_eq!(default, expected);
        assert_eq!(problem_of(&format!(r#""type":null,"value":{value}"#)), None, "without a type: {value}");
    }
}

#[test]
fn a_value_is_as_its_validations_ask() {
    for (validation, good, bad, problem) in [
        (r#""type":"less_than","constraint":10"#, "9.5", "10", "less than [10]"),
        (r#""type":"less_than","constraint":10"#, r#""9""#, r#""11""#, "less than [10]"),
        (r#""type":"greater_than","constraint":-1.5"#, "0", "-1.5", "greater than [-1.5]"),
        (r#""type":"list_type","constraint":"int""#, r#""1, 2""#, r#""1,b""#, "a list of whole numbers"),
        (r#""type":"list_type","constraint":"int""#, r#"[1,"2"]"#, r#"["b"]"#, "a list of whole numbers"),
        (r#""type":"list_type","constraint":"str""#, r#"["a"]"#, "[{}]", "a list of strings"),
        (r#""type":"included_in","constraint":["a",5]"#, r#""5""#, r#""b""#, "one of [a, 5]"),
        (r#""type":"included_in","constraint":["a",5]"#, r#""a""#, r#""a,5""#, "one of [a, 5]"),
        (r#""type":"included_in","constraint":["a",5]"#, r#"["a",5]"#, r#"["a","b"]"#, "one of [a, 5]"),
        (
            r#""type":"regex","constraint":"^https?:""#,
            r#""http://x""#,
            r#""ftp://x""#,
            "[^https?:] is found in it",
        ),
        (r#""type":"regex","constraint":"a(?!b)""#, r#""ac""#, r#""ab""#, "[a(?!b)] is found in it"),
    ] {
        let field = |value| format!(r#""validations":[{{{validation}}}],"value":{value}"#);
        assert_eq!(problem_of(&field(good)), None, "{validation}");
        let found = problem_of(&field(bad)).expect(bad);
        assert!(
            found.contains(&format!("[configuration.port.value] must be {problem}"))
                || found.contains(problem),
            "{found}"
        );
        assert_eq!(problem_of(&field(r#""""#)), None, "what is empty is not validated");
    }
}

#[test]
fn a_dropdown_has_options() {
    let options = r#""options":[{"label":"A","value":"a"},{"label":"Five","value":5}]"#;
    for (properties, is_right) in [
        (format!(r#""display":"dropdown",{options},"value":"a""#), true),
        (format!(r#""display":"dropdown",{options},"value":"5""#), true),
        (format!(r#""display":"dropdown",{options},"value":"b""#), false),
        (format!(r#""display":"dropdown",{options},"value":null"#), true),
        (format!(r#""display":"dropdown","type":"list",{options},"value":["a",5]"#), true),
        (format!(r#""display":"dropdown","type":"list",{options},"value":"a,b""#), false),
        (format!(r#""display":"dropdown","type":"list",{options},"value":"a, 5""#), true),
        (format!(r#""display":"dropdown","type":"str",{options},"value":"a,5""#), false),
        (format!(r#""display":"textbox",{options},"value":"b""#), true),
        (r#""display":"dropdown","options":[],"value":"b""#.to_owned(), true),
    ] {
        let problem = problem_of(&properties);
        assert_eq!(problem.is_none(), is_right, "{properties}: {problem:?}");
        assert!(problem.is_none_or(|problem| problem.contains("must be one of [a, 5], but was [")));
    }
}

#[test]
fn what_is_not_used_is_not_validated_but_has_its_type() {
    let others = |tls: &str| format!(r#","tls":{{"label":"TLS","type":"bool",{tls}}}"#);
    let field = r#""depends_on":[{"field":"tls","value":true}],"validations":[{"type":"less_than","constraint":5}],"type":"int""#;
    for (tls, value, is_right) in [
        (r#""value":true"#, "9", false),
        (r#""value":true"#, "4", true),
        (r#""value":false"#, "9", true),
        (r#""value":false"#, r#""x""#, false),
        (r#""value":null,"default_value":true"#, "9", false),
        (r#""value":null"#, "9", true),
    ] {
        let problem = problem_beside(&format!(r#"{field},"value":{value}"#), &others(tls));
        assert_eq!(problem.is_none(), is_right, "{tls} {value}: {problem:?}");
    }
    assert_eq!(problem_beside(&format!(r#"{field},"value":9"#), ""), None, "a dependency that is not there");
}

#[test]
fn what_is_required_may_be_announced_empty_but_not_emptied() {
    assert_eq!(problem_of(r#""required":true,"value":"""#), None);
    let on = r#"{"configuration":{"host":{"required":true,"value":"a"},"pin":{"required":true,"value":"b","depends_on":[{"field":"tls","value":true}]},"tls":{"value":false}}}"#;
    refused(
        on,
        &[
            (r#"{"values":{"host":""}}"#, "1: [values.host] must not be empty, it is required;"),
            (r#"{"values":{"host":null}}"#, "[values.host] must not be empty"),
            (r#"{"values":{"pin":[],"tls":true}}"#, "[values.pin] must not be empty"),
        ],
        change,
    );
    for right in [r#"{"values":{"pin":""}}"#, r#"{"values":{"tls":true}}"#, r#"{"values":{"host":"b"}}"#] {
        assert!(change(stored(on), &serde_json::from_str(right).unwrap()).is_ok(), "{right}");
    }
}

#[test]
fn problems_of_values_are_named_together_and_secrets_are_not_told() {
    let on = r#"{"configuration":{"port":{"type":"int","value":1,"surprise":{}},"key":{"type":"str","sensitive":true,"value":""}}}"#;
    let both = r#"{"values":{"port":"x","key":4711}}"#;
    let reason = "1: [values.port] must be a whole number, but was [x];2: [values.key] must be a string;";
    refused(on, &[(both, reason)], change);
}

#[test]
fn a_field_says_what_it_is() {
    let good = r#""label":"Port","value":null"#;
    for property in [
        r#""category":"c""#,
        r#""default_value":5"#,
        r#""depends_on":[{"field":"tls","value":true}]"#,
        r#""display":"numeric""#,
        r#""options":[{"label":"A","value":1}]"#,
        r#""order":3"#,
        r#""placeholder":"5432""#,
        r#""required":false"#,
        r#""sensitive":true"#,
        r#""tooltip":"the port""#,
        r#""type":"int""#,
        r#""ui_restrictions":["advanced"]"#,
        r#""validations":[{"type":"less_than","constraint":65536}]"#,
    ] {
        assert_eq!(problem_of(&format!(r#"{property},"value":null"#)), None, "{property}");
        let name = property.split(':').next().unwrap();
        assert_eq!(problem_of(&format!(r#"{name}:null,"value":null"#)), None, "{name} may be null");
    }
    for display in ["textbox", "textarea", "numeric", "toggle", "dropdown", "text"] {
        assert_eq!(problem_of(&format!(r#""display":"{display}","value":null"#)), None, "{display}");
    }
    for (properties, part) in [
        (r#""value":1"#.to_owned(), "missing field `label`"),
        (r#""label":"Port""#.to_owned(), "missing field `value`"),
        (r#""label":null,"value":1"#.to_owned(), "invalid type: null, expected a string"),
        (format!(r#"{good},"lable":"x""#), "unknown field `lable`"),
        (format!(r#"{good},"display":"slider""#), "unknown value [slider], expected one of [text, textbox"),
        (
            format!(r#"{good},"type":"float""#),
            "unknown value [float], expected one of [str, int, list, bool]",
        ),
        (format!(r#"{good},"required":"yes""#), "expected a boolean"),
        (format!(r#"{good},"order":"first""#), "expected i64"),
        (format!(r#"{good},"ui_restrictions":"advanced""#), "expected a sequence"),
        (format!(r#"{good},"depends_on":[{{"field":"tls"}}]"#), "missing field `value`"),
        (format!(r#"{good},"options":[{{"value":1}}]"#), "missing field `label`"),
        (
            format!(r#"{good},"validations":[{{"type":"between","constraint":1}}]"#),
            "unknown value [between], expected one of [greater_than, included_in, less_than, list_type, regex]",
        ),
        (format!(r#"{good},"validations":[{{"type":"regex"}}]"#), "missing field `constraint`"),
        (
            format!(r#"{good},"validations":[{{"type":"less_than","constraint":"5"}}]"#),
            "[constraint] must be a number",
        ),
        (
            format!(r#"{good},"validations":[{{"type":"greater_than","constraint":null}}]"#),
            "[constraint] must be a number",
        ),
        (
            format!(r#"{good},"validations":[{{"type":"included_in","constraint":"a"}}]"#),
            "[constraint] must be an array",
        ),
        (
            format!(r#"{good},"validations":[{{"type":"list_type","constraint":"bool"}}]"#),
            "[constraint] must be [int] or [str]",
        ),
        (
            format!(r#"{good},"validations":[{{"type":"regex","constraint":"("}}]"#),
            "is no regular expression",
        ),
    ] {
        let reason = unreadable(&properties);
        assert!(reason.contains(part), "{properties}: {reason}");
    }
}

#[test]
fn a_field_has_so_many_validations_and_no_more() {
    let many = |count: usize| {
        let validations = vec![r#"{"type":"less_than","constraint":9}"#; count].join(",");
        format!(r#""validations":[{validations}],"value":5"#)
    };
    assert_eq!(problem_of(&many(20)), None);
    let reason = unreadable(&format!(r#""label":"Port",{}"#, many(21)));
    assert!(reason.contains("more than [20] validations, [21]"), "{reason}");
}
