//! Every change of a configuration, accepted and refused.

use super::*;
use crate::connector::test_support::{Case, check, refused, stored, warned};

fn change(connector: Connector, body: &ConnectorConfiguration) -> Result<Warned<Connector>, Refusal> {
    connector.set_configuration(body)
}

/// The warnings about a field with these attributes in a whole configuration.
fn problem_of(properties: &str) -> Option<String> {
    problem_beside(properties, "")
}

/// The same, beside other fields.
fn problem_beside(properties: &str, others: &str) -> Option<String> {
    let body = format!(r#"{{"configuration":{{"port":{{"label":"Port",{properties}}}{others}}}}}"#);
    let body = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"));
    let warnings = change(stored("{}"), &body).unwrap().warnings;
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    (!warnings.is_empty()).then(|| warnings.join("; "))
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
    assert!(reason.starts_with("invalid type: string, expected an object at path ."), "{reason}");
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
            assert_eq!(found, format!("[configuration.port.value] {problem}, but was [{value}]"));
        }
        let default = problem_of(&format!(r#""type":"{kind}","value":null,"default_value":{value}"#));
        let expected =
            problem.map(|problem| format!("[configuration.port.default_value] {problem}, but was [{value}]"));
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
fn a_field_with_options_has_one_of_them() {
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
        (format!(r#""display":"textbox",{options},"value":"b""#), false),
        (format!(r#"{options},"value":"b""#), false),
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
fn what_is_required_and_empty_is_warned_of_unless_it_is_only_announced() {
    assert_eq!(problem_of(r#""required":true"#), None);
    let empty = "[configuration.port.value] must not be empty, it is required";
    assert_eq!(problem_of(r#""required":true,"value":"""#).as_deref(), Some(empty));
    assert_eq!(problem_of(r#""required":"true","value":null"#).as_deref(), Some(empty));
    let on = r#"{"configuration":{"host":{"required":true,"value":"a"},"pin":{"required":true,"value":"b","depends_on":[{"field":"tls","value":true}]},"tls":{"value":false}}}"#;
    warned(
        on,
        &[
            (r#"{"values":{"host":""}}"#, &["[values.host] must not be empty, it is required"]),
            (r#"{"values":{"host":null}}"#, &["[values.host] must not be empty, it is required"]),
            (r#"{"values":{"pin":[],"tls":true}}"#, &["[values.pin] must not be empty, it is required"]),
            (r#"{"values":{"pin":""}}"#, &[]),
            (r#"{"values":{"tls":true}}"#, &[]),
            (r#"{"values":{"host":"b"}}"#, &[]),
        ],
        change,
    );
}

#[test]
fn problems_of_values_are_named_together_and_secrets_are_not_told() {
    let on = r#"{"configuration":{"port":{"type":"int","value":1,"surprise":{}},"key":{"type":"str","sensitive":true,"value":""}}}"#;
    let both = r#"{"values":{"port":"x","key":4711}}"#;
    let warnings =
        [r#"[values.port] must be a whole number, but was ["x"]"#, "[values.key] must be a string"];
    warned(on, &[(both, &warnings)], change);
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
        (format!(r#"{good},"display":"slider""#), "unknown value [slider], expected one of [text, textbox"),
        (
            format!(r#"{good},"type":"float""#),
            "unknown value [float], expected one of [str, int, list, bool]",
        ),
        (format!(r#"{good},"required":"yes""#), r#"string "yes", expected a boolean at path required"#),
        (format!(r#"{good},"order":"first""#), "expected i64"),
        (format!(r#"{good},"label":["a"]"#), "expected a string"),
        (format!(r#"{good},"ui_restrictions":"advanced""#), "expected a sequence"),
        (
            format!(r#"{good},"validations":[{{"type":"between","constraint":1}}]"#),
            "unknown value [between], expected one of [greater_than, included_in, less_than, list_type, regex]",
        ),
    ] {
        let reason = unreadable(&properties);
        assert!(reason.contains(part), "{properties}: {reason}");
    }
}

#[test]
fn whatever_may_be_missing_is_taken() {
    for attributes in [
        "",
        r#""label":null"#,
        r#""depends_on":[{"field":"tls"},{"value":1},{}]"#,
        r#""options":[{"value":1},{"label":"A"},{"label":null,"value":null},{}]"#,
        r#""display_value":{"x":1.10},"options":[{"label":"A","value":1,"icon":"a"}]"#,
        r#""depends_on":[{"field":"tls","value":true,"operator":"is"}]"#,
        r#""validations":[{"type":"less_than","constraint":5,"message":"m"}]"#,
    ] {
        let body = format!(r#"{{"configuration":{{"port":{{{attributes}}}}}}}"#);
        check(
            &[Case {
                stored: "{}",
                body: body.clone().leak(),
                becomes: format!(r#"{},"status":"configured"}}"#, &body[..body.len() - 1]).leak(),
            }],
            change,
        );
        warned("{}", &[(&body, &[])], change);
    }
}

#[test]
fn numbers_and_booleans_that_come_as_strings_are_stored_as_what_they_mean() {
    check(
        &[Case {
            stored: "{}",
            body: r#"{"configuration":{"port":{"order":"3","required":"true","sensitive":"false","value":"true"}}}"#,
            becomes: r#"{"configuration":{"port":{"order":3,"required":true,"sensitive":false,"value":"true"}},"status":"configured"}"#,
        }],
        change,
    );
}

#[test]
fn a_constraint_that_cannot_be_used_is_warned_of() {
    for (validation, advice) in [
        (r#"{"type":"regex"}"#, "a regular expression"),
        (r#"{"type":"less_than","constraint":"5"}"#, "a number"),
        (r#"{"type":"greater_than","constraint":null}"#, "a number"),
        (r#"{"type":"included_in","constraint":"a"}"#, "an array"),
        (r#"{"type":"list_type","constraint":"bool"}"#, "[int] or [str]"),
        (r#"{"constraint":5}"#, "one of a known [type]"),
        (
            r#"{"type":"regex","constraint":"("}"#,
            "a regular expression: opening parenthesis without closing parenthesis at character [2]",
        ),
    ] {
        let body = format!(
            r#"{{"configuration":{{"port":{{"value":7,"validations":[{{"type":"less_than","constraint":9}},{validation}]}}}}}}"#
        );
        let warning = format!("[configuration.port.validations[1].constraint] must be {advice}");
        warned("{}", &[(&body, &[&warning])], change);
    }
}

#[test]
fn a_default_value_is_held_against_the_same() {
    let options = r#""options":[{"label":"A","value":"a"}]"#;
    for (attributes, advice) in [
        (format!(r#"{options},"default_value":"b""#), "must be one of [a], but was [\"b\"]"),
        (
            r#""value":1,"default_value":5,"validations":[{"type":"less_than","constraint":3}]"#.to_owned(),
            "must be less than [3], but was [5]",
        ),
    ] {
        let warning = problem_of(&attributes);
        assert_eq!(warning, Some(format!("[configuration.port.default_value] {advice}")));
    }
}

#[test]
fn a_stored_field_that_may_be_sensitive_is() {
    for sensitive in ["1", r#""yes""#, "true", r#""true""#] {
        let on = format!(r#"{{"configuration":{{"key":{{"type":"int","sensitive":{sensitive}}}}}}}"#);
        warned(&on, &[(r#"{"values":{"key":"x"}}"#, &["[values.key] must be a whole number"])], change);
    }
}

#[test]
fn so_many_validations_are_looked_at_and_no_more() {
    let field = |good: usize| {
        let good = r#"{"type":"less_than","constraint":9},"#.repeat(good);
        format!(r#""validations":[{good}{{"type":"less_than","constraint":1}}],"value":5"#)
    };
    assert!(problem_of(&field(19)).is_some());
    assert_eq!(problem_of(&field(20)), None);
}

#[test]
fn the_work_for_a_body_ends() {
    let expression = r#"{"type":"regex","constraint":"(a|b|ab)*c"}"#;
    let validations = [expression; 20].join(",");
    let field = |number: usize| format!(r#""f{number}":{{"value":"x","validations":[{validations}]}}"#);
    let fields: Vec<String> = (0..600).map(field).collect();
    let body = format!(r#"{{"configuration":{{{}}}}}"#, fields.join(","));
    let body: ConnectorConfiguration = serde_json::from_str(&body).unwrap();
    let changed = change(stored("{}"), &body).unwrap();
    assert!((1..100).contains(&changed.warnings.len()), "{}", changed.warnings.len());
}

#[test]
fn lists_that_others_depend_on_are_compared_by_their_parts() {
    let list = format!("[{}]", vec!["1"; 50_000].join(","));
    let dependency = r#"{"field":"list","value":"1"}"#;
    let dependencies = vec![dependency; 10_000].join(",");
    let body = format!(
        r#"{{"configuration":{{"list":{{"value":{list}}},"a":{{"depends_on":[{dependencies}],"required":true,"value":""}}}}}}"#
    );
    warned("{}", &[(&body, &[])], change);
    let same = r#"{"configuration":{"list":{"value":["a",1]},"a":{"depends_on":[{"field":"list","value":["a",1]}],"required":true,"value":""}}}"#;
    warned("{}", &[(same, &["[configuration.a.value] must not be empty, it is required"])], change);
}

/// A configuration with a sensitive password and what depends on it.
const WITH_PASSWORD: &str = r#"{"configuration":{"password":{"sensitive":true,"value":"hunter2","type":"str","validations":[{"type":"regex","constraint":"^x"}]},"user":{"value":"u"},"mode":{"required":true,"depends_on":[{"field":"password","value":"hunter2"}],"value":""}},"status":"configured"}"#;

#[test]
fn a_masked_value_stays_as_it_is() {
    let mask = |text: &str| text.replace("MASK", crate::MASK);
    let changed = |body: &str| {
        let body = serde_json::from_str(&mask(body)).unwrap();
        change(stored(WITH_PASSWORD), &body)
    };
    let kept = changed(r#"{"values":{"password":"MASK","user":"v"}}"#).unwrap();
    assert_eq!(kept.value.document().to_json(), WITH_PASSWORD.replace(r#""u""#, r#""v""#));
    assert!(kept.warnings.is_empty(), "{:?}", kept.warnings);
    let whole = r#"{"configuration":{"password":{"type":"int","sensitive":"true","value":"MASK"}}}"#;
    let kept = changed(whole).unwrap();
    assert_eq!(
        kept.value.document().to_json(),
        r#"{"configuration":{"password":{"type":"int","sensitive":true,"value":"hunter2"}},"status":"configured"}"#
    );
    assert!(kept.warnings.is_empty(), "they would tell what the value is like: {:?}", kept.warnings);
    for (body, part) in [
        (r#"{"configuration":{"password":{"value":"MASK"}}}"#, "[configuration.password.value] is needed"),
        (
            r#"{"configuration":{"token":{"sensitive":true,"value":"MASK"}}}"#,
            "[configuration.token.value] is [MASK]",
        ),
        (r#"{"values":{"user":"tributary-sealed:x"}}"#, "[configuration.user.value] must not start with"),
    ] {
        let reason = changed(body).unwrap_err().to_string();
        assert!(reason.contains(&mask(part)) && !reason.contains("hunter2"), "{body}: {reason}");
    }
}

#[test]
fn warnings_do_not_tell_sensitive_values() {
    for body in [
        // Whether the field is used depends on the password.
        r#"{"values":{"mode":""}}"#,
        r#"{"values":{"mode":null,"user":"v"}}"#,
    ] {
        let body = serde_json::from_str(body).unwrap();
        let warnings = change(stored(WITH_PASSWORD), &body).unwrap().warnings;
        assert!(warnings.is_empty(), "{warnings:?}");
    }
    let body = serde_json::from_str(r#"{"values":{"password":"hunter3"}}"#).unwrap();
    let warnings = change(stored(WITH_PASSWORD), &body).unwrap().warnings;
    let told = format!("{warnings:?} {}", warnings[0]);
    assert!(told.contains("[values.password] must be such that") && !told.contains("hunter"), "{told}");
}
