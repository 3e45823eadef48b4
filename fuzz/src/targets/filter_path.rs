//! Expressions of `filter_path`, `_source_includes` and `_source_excludes`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::Value;

use crate::message::line;
use crate::service::{Service, with_service};

const LISTS: &[&str] =
    &["/_connector/_sync_job", "/_connector", "/_connector/c", "/.elastic-connectors/_search"];
const NAMES: &[&str] = &["filter_path", "_source_includes", "_source_excludes", "_source"];

/// Checks an expression on each line, for one of the parameters by its place: what is left is a part of the answer.
pub(super) fn check(input: &[u8]) {
    let mut rest = input;
    let mut query = String::new();
    for name in NAMES {
        let (expression, after) = line(rest);
        rest = after;
        if !expression.is_empty() {
            let _ = write!(query, "{name}={}&", percent_encode(expression, NON_ALPHANUMERIC));
        }
    }
    with_service(|service| {
        for list in LISTS {
            let answer = service.get(&format!("{list}?{}", query.trim_end_matches('&')));
            assert!(!answer.status.is_server_error(), "{answer:?}");
            if !answer.is_success() {
                // The error may be filtered too.
                continue;
            }
            let (part, whole) = (without_duration(answer.json()), whole(service, list));
            assert!(is_part(&part, &whole), "{list}: {part} is no part of {whole}");
        }
    });
}

/// The answer of which nothing is left out.
fn whole(service: &Service, list: &'static str) -> Rc<Value> {
    thread_local! {
        // No input changes what is listed.
        static WHOLE: RefCell<HashMap<&'static str, Rc<Value>>> = RefCell::default();
    }
    let fetch = || Rc::new(without_duration(service.get(list).json()));
    WHOLE.with_borrow_mut(|whole| Rc::clone(whole.entry(list).or_insert_with(fetch)))
}

fn without_duration(mut answer: Value) -> Value {
    answer.as_object_mut().map(|fields| fields.remove("took"));
    answer
}

/// Whether the first value is the second one without some fields and items.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|whole| is_part(value, whole)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            let mut rest = whole.iter();
            part.iter().all(|item| rest.any(|whole| is_part(item, whole)))
        }
        _ => part == whole,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_are_told() {
        let whole = json!({ "a": [{ "b": 1, "c": 2 }, { "b": 3 }], "d": null });
        for part in [json!({}), json!({ "a": [{ "b": 3 }] }), json!({ "a": [{ "c": 2 }, {}] }), whole.clone()]
        {
            assert!(is_part(&part, &whole), "{part}");
        }
        for other in
            [json!([]), json!({ "a": [{ "b": 2 }] }), json!({ "e": 1 }), json!({ "a": [{ "b": 3 }, {}] })]
        {
            assert!(!is_part(&other, &whole), "{other}");
        }
    }
}
