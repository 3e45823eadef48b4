//! Expensive requests: they end, they are accepted, and others are answered meanwhile.

use std::thread;

use tributary_tests::{Launch, Scenario};

/// As many regular expressions as fit in a body, each with a value.
fn expressions() -> String {
    let validation = r#"{"type":"regex","constraint":"(a|b|ab)*c"}"#;
    let validations = [validation; 20].join(",");
    let field = |number: usize| format!(r#""f{number}":{{"value":"ababab","validations":[{validations}]}}"#);
    let fields: Vec<String> = (0..1_100).map(field).collect();
    format!(r#"{{"configuration":{{{}}}}}"#, fields.join(","))
}

/// As many rules as fit in a body, without regular expressions.
fn rules() -> String {
    let rule = |number: usize| {
        format!(
            r#"{{"id":"r{number}","order":{number},"field":"f","policy":"exclude","rule":"regex","value":"("}}"#
        )
    };
    let rules: Vec<String> = (0..11_000).map(rule).collect();
    format!(r#"{{"rules":[{}]}}"#, rules.join(","))
}

/// An unknown name as long as a body can be.
fn long_name() -> String {
    format!(r#"{{"{}":1}}"#, "x".repeat(1_000_000))
}

#[test]
fn others_are_answered_meanwhile() {
    let server = Launch::over("memory:").arguments(["--workers", "1"]).start();
    Scenario(&server).connector("connector-1");
    // Requests that end immediately leave no time for others.
    for (verb, body, status, least) in [
        ("_configuration", expressions(), 200, 5),
        ("_filtering", rules(), 200, 5),
        ("_name", long_name(), 400, 0),
        ("_scheduling", long_name(), 400, 0),
    ] {
        assert!((900_000..1_048_576).contains(&body.len()), "{verb}: {}", body.len());
        let (long, meanwhile) = thread::scope(|scope| {
            let long = scope.spawn(|| server.put(&format!("/_connector/connector-1/{verb}"), &body));
            let mut meanwhile = 0;
            while !long.is_finished() {
                let _ = server.get("/_health/live").expect(200);
                meanwhile += 1;
            }
            (long.join().expect("an answer"), meanwhile)
        });
        assert_eq!(long.status, status, "{verb}");
        assert!(meanwhile >= least, "{verb}: {meanwhile}");
        assert!(long.body.len() < 3_000_000, "{verb}");
    }
    let log = server.log();
    assert!(log.contains("doubtful request: [rules[0].value] must be a regular expression"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn many_unknown_parameters_get_a_short_error() {
    let server = Launch::over("memory:").start();
    let names: Vec<String> = (0..10_000).map(|number| format!("p{number}")).collect();
    let answer = server.get(&format!("/_connector/_sync_job?{}", names.join("&")));
    answer.refused_naming(400, &["[p0]", "and 9990 more"]);
    assert!(answer.body.len() < 2_000, "{}", answer.body.len());
}
