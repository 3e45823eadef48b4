//! Masking: no sensitive value is let through, and nothing else is touched.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;
use serde_json::value::RawValue;

use super::*;
use crate::{Collection, Document, Refusal};

const CONNECTORS: Collection = Collection::CONNECTORS;
const JOBS: Collection = Collection::SYNC_JOBS;

/// A part of a text, or a sensitive value in it.
#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Sensitive(String),
}

type Pieces = Vec<Piece>;

fn text(text: impl Into<String>) -> Pieces {
    vec![Piece::Text(text.into())]
}

fn join(pieces: &Pieces, mask: Option<&str>) -> String {
    let part = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Sensitive(value) => mask.unwrap_or(value).to_owned(),
    };
    pieces.iter().map(part).collect()
}

/// Values of any kind, as texts that no parsed value would keep.
fn any_value() -> BoxedStrategy<String> {
    select(
        &[
            "1.10",
            "1e400",
            "true",
            r#""p\u00e4ss""#,
            r#""a\"b\\""#,
            r#"[1, {"a":[]}]"#,
            r#"{"x": "y"}"#,
            "-0",
        ][..],
    )
    .prop_map(str::to_owned)
    .boxed()
}

fn blank() -> impl Strategy<Value = &'static str> + Clone {
    select(&["", "", " ", "\n\t "][..])
}

/// A name, perhaps with an escape.
fn key(name: &'static str) -> impl Strategy<Value = String> {
    (0..=name.len() * 3).prop_map(move |place| match name.get(place..=place) {
        Some(letter) => {
            format!("\"{}\\u{:04x}{}\"", &name[..place], u32::from(letter.as_bytes()[0]), &name[place + 1..])
        }
        None => format!("\"{name}\""),
    })
}

fn member(name: &'static str, value: impl Strategy<Value = Pieces> + 'static) -> BoxedStrategy<Pieces> {
    (key(name), blank(), blank(), value)
        .prop_map(|(key, before, after, value)| {
            [text(format!("{before}{key}{after}:{before}")), value, text(after)].concat()
        })
        .boxed()
}

fn joined(open: &'static str, members: Vec<Pieces>, close: &'static str) -> Pieces {
    let mut all = text(open);
    for (place, member) in members.into_iter().enumerate() {
        if place > 0 {
            all.push(Piece::Text(",".to_owned()));
        }
        all.extend(member);
    }
    all.push(Piece::Text(close.to_owned()));
    all
}

fn object(members: impl Strategy<Value = Vec<Pieces>> + 'static) -> BoxedStrategy<Pieces> {
    members.prop_map(|members| joined("{", members, "}")).boxed()
}

/// What makes a field sensitive, in doubt too.
const SENSITIVE: &[&[&str]] =
    &[&["true"], &["\"true\""], &["false", "true"], &["true", "false"], &["1"], &["[]"], &["\"on\""]];
const NOT_SENSITIVE: &[&[&str]] = &[&["false"], &["null"], &["\"false\""], &[], &["false", "null"]];

/// A field that is sensitive in one of the ways in which it may say so, or is not.
fn field(is_sensitive: bool) -> BoxedStrategy<Pieces> {
    let flags = select(if is_sensitive { SENSITIVE } else { NOT_SENSITIVE });
    let value = move |value: String| if is_sensitive { vec![Piece::Sensitive(value)] } else { text(value) };
    let values = prop::collection::vec(member("value", any_value().prop_map(value)), 1..3);
    let flags = flags.prop_flat_map(|flags| {
        flags.iter().map(|flag| member("sensitive", Just(text(*flag)))).collect::<Vec<_>>()
    });
    let others = prop_oneof![
        member("label", any_value().prop_map(text)),
        member("options", Just(text(r#"[{"label":"a","value":"b"},{"value":7}]"#))),
        member("value", select(&["null", "\"\""][..]).prop_map(text)),
        member("insensitive", Just(text("true"))),
    ];
    let members = (values, flags, prop::collection::vec(others, 0..3))
        .prop_flat_map(|(values, flags, others)| Just([values, flags, others].concat()).prop_shuffle());
    object(members)
}

/// A field, or something odd in its place with a field inside.
fn part() -> BoxedStrategy<Pieces> {
    let leaf = any::<bool>().prop_flat_map(field);
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            object(prop::collection::vec(member("group", inner.clone()), 1..3)),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| joined("[", items, "]")),
            object(member("value", inner).prop_map(|value| vec![value])),
        ]
    })
    .boxed()
}

fn document(collection: Collection) -> BoxedStrategy<Pieces> {
    let names = ["password", "port", "value", "sensitive", "connector"];
    let fields = subsequence(names.to_vec(), 0..names.len())
        .prop_flat_map(|names| names.into_iter().map(|name| member(name, part())).collect::<Vec<_>>());
    let configuration = prop_oneof![
        4 => object(fields),
        1 => prop::collection::vec(part(), 0..3).prop_map(|items| joined("[", items, "]")),
        1 => any_value().prop_filter("no configuration", |value| !value.starts_with(['[', '{'])).prop_map(text),
    ];
    let other = || member("other", Just(text(r#"{"sensitive":true,"value":"shown","configuration":[1.0]}"#)));
    let configurations = (prop::collection::vec(member("configuration", configuration), 1..3), other())
        .prop_flat_map(|(mut members, other)| {
            members.push(other);
            Just(members).prop_shuffle()
        });
    if collection == CONNECTORS {
        return object(configurations);
    }
    let copy = object(configurations);
    let copies = prop_oneof![
        copy.clone(),
        prop::collection::vec(copy, 0..3).prop_map(|items| joined("[", items, "]")),
    ];
    object((member("connector", copies), other()).prop_map(|(copy, other)| vec![other, copy]))
}

fn of_any_collection() -> impl Strategy<Value = (Collection, Pieces)> {
    select(&[CONNECTORS, JOBS][..]).prop_flat_map(|collection| (Just(collection), document(collection)))
}

/// JSON in which the names that matter stand anywhere.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(Value::from("true")),
        Just(Value::from("")),
        (0..1_000_u32).prop_map(|number| Value::from(format!("hidden {number}"))),
    ];
    let names = select(&["configuration", "connector", "value", "sensitive", "a", "b"][..]);
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn sensitive_values_are_masked_and_all_else_stays((collection, pieces) in of_any_collection()) {
        let before = join(&pieces, None);
        prop_assert!(serde_json::from_str::<&RawValue>(&before).is_ok(), "{before}");
        let after = masked(collection, &before).into_owned();
        prop_assert_eq!(&after, &join(&pieces, Some(&format!("\"{MASK}\""))), "{}", before);
        prop_assert_eq!(masked(collection, &after), after.as_str());
    }

    #[test]
    fn no_sensitive_field_of_any_document_shows_its_value(value in anything(), is_job in any::<bool>()) {
        let (collection, path) = if is_job { (JOBS, "/connector/configuration") } else { (CONNECTORS, "/configuration") };
        let document = serde_json::json!({ "connector": value, "configuration": value });
        let text = document.to_string();
        let after = masked(collection, &text);
        let after: Value = serde_json::from_str(&after).unwrap();
        let fields = after.pointer(path).and_then(Value::as_object).into_iter().flatten();
        for (name, field) in fields {
            let (is_on, shown) = (&field["sensitive"], &field["value"]);
            if *is_on == true || *is_on == "true" {
                prop_assert!([Value::Null, "".into(), MASK.into()].contains(shown), "{name}: {text}");
            }
        }
        let after = after.to_string();
        prop_assert_eq!(masked(collection, &after), after.as_str());
    }
}

#[test]
fn what_is_not_sensitive_is_not_read() {
    for text in [
        "{}",
        r#"{"configuration":{"a":{"sensitive":false,"value":"x"},"b":{"sensitive" : null,"value":1}}}"#,
        r#"{"configuration":{"a":{"value":"x"}}"#,
    ] {
        assert!(matches!(masked(CONNECTORS, text), Cow::Borrowed(same) if same == text), "{text}");
    }
    let secret = r#"{"configuration":{"a":{"sensitive":true,"value":"x"}}}"#;
    assert_eq!(masked(Collection::SECRETS, secret), secret, "not a document with a configuration");
    assert_eq!(masked(JOBS, secret), secret);
}

#[test]
fn what_cannot_be_read_is_not_shown() {
    for text in [
        r#"{"configuration":{"a":{"sensitive":true,"value":"x"}}"#,
        r#"{"configuration":{"a":{"sensitive":true,"value":x}}}"#,
        r#"{"configuration":{"a":{"sensitive":true,"\ud800":1,"value":"x"}}}"#,
    ] {
        assert_eq!(masked(CONNECTORS, text), "{}", "{text}");
    }
}

#[test]
fn encrypted_values_are_masked_whatever_the_field_says() {
    let text = r#"{"configuration":{"a":{"value":"tributary-sealed:v1:x"},"b":{"value":"tributary-"}}}"#;
    let expected = text.replace("tributary-sealed:v1:x", MASK);
    assert_eq!(masked(CONNECTORS, text), expected);
}

#[test]
fn what_is_nested_deeply_is_masked_in_time() {
    let nested = |open: &str, close: &str| {
        format!(
            r#"{{"configuration":{}{{"sensitive":true,"value":"hidden"}}{}}}"#,
            open.repeat(20_000),
            close.repeat(20_000)
        )
    };
    for text in [nested("[", "]"), nested(r#"{"a":"#, "}"), nested(r#"{"value":"#, "}")] {
        assert!(!masked(CONNECTORS, &text).contains("hidden"));
        let copy = format!(r#"{{"connector":{}{text}{}}}"#, "[".repeat(500), "]".repeat(500));
        assert!(!masked(JOBS, &copy).contains("hidden"));
    }
}

const PRESENT: &str = r#"{"configuration":{"p":{"sensitive":true,"value":1.10},"e":{"sensitive":true,"value":""},"u":{"value":"x"},"[0]":{"g":{"sensitive":true,"value":[1]}}}}"#;

fn kept_of(written: &str) -> Result<String, Refusal> {
    let parse = |text: &str| Document::parse(text).unwrap();
    keep_masked(CONNECTORS, parse(written), Some(&parse(PRESENT))).map(|document| document.to_json())
}

#[test]
fn a_written_mask_keeps_the_value() {
    for (written, expected) in [
        (
            r#"{"configuration":{"p":{"sensitive":"true","value":"MASK"}},"x":1}"#,
            r#"{"configuration":{"p":{"sensitive":"true","value":1.10}},"x":1}"#,
        ),
        (
            r#"{"configuration":{"e":{"value":"MASK"},"n":{"value": 2.0}}}"#,
            r#"{"configuration":{"e":{"value":""},"n":{"value": 2.0}}}"#,
        ),
        (r#"{"configuration":{"u":{"value":"MASK"}}}"#, r#"{"configuration":{"u":{"value":"x"}}}"#),
        (
            r#"{"configuration":{"[0]":{"g":{"sensitive":true,"value":"MASK"}}}}"#,
            r#"{"configuration":{"[0]":{"g":{"sensitive":true,"value":[1]}}}}"#,
        ),
        (
            r#"{"configuration":{"p":{"value":"a MASK"}},"name":"MASK"}"#,
            r#"{"configuration":{"p":{"value":"a MASK"}},"name":"MASK"}"#,
        ),
        (r#"{"configuration":null}"#, r#"{"configuration":null}"#),
    ] {
        let [written, expected] = [written, expected].map(|text| text.replace("MASK", MASK));
        assert_eq!(kept_of(&written).unwrap(), expected);
    }
    let escaped = format!(r#"{{"configuration":{{"u":{{"value":"\u0074{}"}}}}}}"#, &MASK[1..]);
    assert_eq!(kept_of(&escaped).unwrap(), r#"{"configuration":{"u":{"value":"x"}}}"#);
}

#[test]
fn a_mask_is_never_stored_and_exposes_nothing() {
    for (written, part) in [
        (r#"{"configuration":{"new":{"value":"MASK"}}}"#, "[configuration.new.value] is [MASK]"),
        (r#"{"configuration":[{"p":{"value":"MASK"}}]}"#, "[configuration.[0].p.value] is [MASK]"),
        (r#"{"configuration":{"p":{"value":"MASK"}}}"#, "[configuration.p.value] is needed"),
        (
            r#"{"configuration":{"p":{"sensitive":false,"value":"MASK"}}}"#,
            "[configuration.p.value] is needed",
        ),
        (
            r#"{"configuration":{"u":{"value":"tributary-sealed:v1:x"}}}"#,
            "must not start with [tributary-sealed:]",
        ),
        (r#"{"configuration":{"u":{"value":"\u0074ributary-sealed:"}}}"#, "must not start with"),
    ] {
        let reason = kept_of(&written.replace("MASK", MASK)).unwrap_err().to_string();
        assert!(reason.contains(&part.replace("MASK", MASK)), "{written}: {reason}");
        assert!(!reason.contains("1.10"), "{reason}");
    }
    let new =
        Document::parse(&format!(r#"{{"connector":{{"configuration":{{"p":{{"value":"{MASK}"}}}}}}}}"#))
            .unwrap();
    assert!(keep_masked(JOBS, new.clone(), None).is_err() && refuse_masks(JOBS, &new).is_err());
    assert!(refuse_masks(CONNECTORS, &new).is_ok() && refuse_masks(Collection::SECRETS, &new).is_ok());
}

#[test]
fn a_partial_update_exposes_nothing() {
    let refused = |partial: &str| {
        let parse = |text: &str| Document::parse(text).unwrap();
        let (present, partial) = (parse(PRESENT), parse(partial));
        let mut updated = present.clone();
        updated.merge(&partial);
        refuse_exposure(CONNECTORS, &present, &updated, &partial).is_err()
    };
    assert!(refused(r#"{"configuration":{"p":{"sensitive":false}}}"#));
    assert!(refused(r#"{"configuration":{"p":{"sensitive":null,"label":"x"}}}"#));
    assert!(
        !refused(r#"{"configuration":{"p":{"sensitive":false,"value":1.10}}}"#),
        "whoever knows it may say it"
    );
    assert!(!refused(r#"{"configuration":{"p":{"sensitive":"true","label":"x"},"e":{"sensitive":false}}}"#));
    assert!(!refused(r#"{"name":"n","configuration":{"p":{"value":2}}}"#));
}
