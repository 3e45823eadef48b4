//! Changes of documents, one after the other: the same results, and versions that move alike.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::generated;
use crate::sides::{INDEX, JOBS, Said, Sides};

const CASES: u32 = 120;

/// Which version a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    None,
    Present,
    Past,
}

/// A change of a document.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The body of a partial update.
    Update(Value, Guard),
    Index(Value, Guard),
    Create(Value),
    Delete(Guard),
}

/// The version of the document on each side, if it was ever written.
type Versions = [Option<(u64, u64)>; 2];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-2_i64..3).prop_map(Value::from),
        select(vec![json!(1.0), json!(1.1), json!(1e3), json!(1000), json!(12_345_678_901_234_567_890_u64)]),
        select(vec!["", "a", "ü", "1", "2026-01-01"]).prop_map(Value::from),
    ]
}

/// Any value, with few names so that changes meet.
fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            proptest::collection::btree_map(select(vec!["a", "b", "a.b", "ü"]), inner, 0..3).prop_map(
                |fields| {
                    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }
            ),
        ]
    })
}

/// A document, whole or in parts, of fields that no mapping has an opinion on, and of some that one has.
pub(crate) fn document() -> impl Strategy<Value = Value> {
    let words = || proptest::option::of(select(vec![json!("a"), json!("b"), Value::Null, json!(["a", "b"])]));
    let object = || {
        let fields = proptest::collection::btree_map(select(vec!["a", "b", "a.b"]), value(), 0..3);
        proptest::option::of(fields.prop_map(|fields| {
            Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        }))
    };
    (words(), object(), object(), proptest::option::of(value()), proptest::option::of(value())).prop_map(
        |(word, metadata, configuration, unknown, dotted)| {
            let mut document = serde_json::Map::new();
            let mut set = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    document.insert(name.to_owned(), value);
                }
            };
            set("worker_hostname", word);
            set("metadata", metadata);
            set("connector", configuration.map(|found| json!({ "configuration": found })));
            set("unknown", unknown);
            // A literal key, beside the object that it looks like.
            set("unknown.of.a", dotted);
            Value::Object(document)
        },
    )
}

pub(crate) fn guard() -> impl Strategy<Value = Guard> {
    prop_oneof![3 => Just(Guard::None), 2 => Just(Guard::Present), 1 => Just(Guard::Past)]
}

/// The body of a partial update, with its options.
pub(crate) fn update() -> impl Strategy<Value = Value> {
    let flag = || proptest::option::weighted(0.3, any::<bool>());
    (document(), flag(), flag(), proptest::option::weighted(0.2, document())).prop_map(
        |(partial, detects_noop, is_upsert, upsert)| {
            let mut body = json!({ "doc": partial });
            for (name, value) in [
                ("detect_noop", detects_noop.map(Value::Bool)),
                ("doc_as_upsert", is_upsert.map(Value::Bool)),
                ("upsert", upsert),
            ] {
                if let Some(value) = value {
                    body[name] = value;
                }
            }
            body
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (update(), guard()).prop_map(|(body, guard)| Step::Update(body, guard)),
        2 => (document(), guard()).prop_map(|(document, guard)| Step::Index(document, guard)),
        1 => document().prop_map(Step::Create),
        1 => guard().prop_map(Step::Delete),
    ]
}

/// What a change came to.
fn outcome(said: &Said) -> (u16, &Value, &Value) {
    (said.status, &said.body["result"], &said.body["error"]["type"])
}

pub(crate) fn version(body: &Value) -> Option<(u64, u64)> {
    Some((body["_seq_no"].as_u64()?, body["_primary_term"].as_u64()?))
}

/// The parameters of a guard, if there is a version to guard.
fn parameters(guard: Guard, version: Option<(u64, u64)>) -> Option<String> {
    let (sequence, term) = version.unwrap_or((0, 1));
    let sequence = match guard {
        Guard::None => return None,
        Guard::Present => sequence,
        Guard::Past => sequence + 1_000,
    };
    Some(format!("if_seq_no={sequence}&if_primary_term={term}"))
}

/// Plays a step on both sides.
fn play(sides: &Sides, id: &str, step: &Step, versions: Versions) -> [Said; 2] {
    let (method, path, guard, body) = match step {
        Step::Update(body, guard) => ("POST", format!("/{INDEX}/_update/{id}"), *guard, body),
        Step::Index(document, guard) => ("PUT", format!("/{INDEX}/_doc/{id}"), *guard, document),
        Step::Create(document) => {
            ("PUT", format!("/{INDEX}/_doc/{id}?op_type=create"), Guard::None, document)
        }
        Step::Delete(guard) => ("DELETE", format!("/{INDEX}/_doc/{id}"), *guard, &Value::Null),
    };
    let [engine, gateway] = versions.map(|version| match parameters(guard, version) {
        Some(parameters) => format!("{path}?{parameters}"),
        None => path.clone(),
    });
    [sides.engine.send(method, &engine, JOBS, body), sides.gateway.send(method, &gateway, JOBS, body)]
}

pub(crate) fn updates(sides: &Sides) {
    let cases = (document(), proptest::collection::vec(step(), 1..7));
    generated(CASES, &cases, |(document, steps)| {
        let id = sides.fresh_id();
        let mut versions: Versions = [None, None];
        let mut found = play(sides, &id, &Step::Create(document), versions);
        for step in steps.iter().map(Some).chain([None]) {
            let [engine, gateway] = &found;
            prop_assert_eq!(outcome(engine), outcome(gateway), "{} {}", engine.body, gateway.body);
            let now = [engine, gateway].map(|said| version(&said.body));
            let moved = [0, 1].map(|side| now[side].is_some() && now[side] != versions[side]);
            // Engines also count deletions of what is not there.
            let is_about_nothing = engine.body["result"] == "not_found";
            prop_assert!(moved[0] == moved[1] || is_about_nothing, "{} {}", engine.body, gateway.body);
            let is_noop = engine.body["result"] == "noop";
            prop_assert!(!(is_noop && moved[1]), "a noop moves nothing: {}", gateway.body);
            for side in [0, 1] {
                versions[side] = now[side].filter(|_| !is_about_nothing).or(versions[side]);
            }
            let [there, here] = sides.send("GET", &format!("/{INDEX}/_doc/{id}"), JOBS, &Value::Null);
            prop_assert_eq!(there.status, here.status, "{}", here.body);
            prop_assert_eq!(&there.body["found"], &here.body["found"]);
            prop_assert_eq!(&there.body["_source"], &here.body["_source"]);
            prop_assert_eq!(version(&here.body).is_some(), here.status == 200, "{}", here.body);
            if here.status == 200 {
                prop_assert_eq!(version(&here.body), versions[1], "what is read is what was answered");
            }
            let Some(step) = step else { break };
            found = play(sides, &id, step, versions);
        }
        Ok(())
    });
}
