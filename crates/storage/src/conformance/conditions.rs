//! Promises about conditions, over a collection with a field of every kind.

use tributary_domain::{Condition, Query};

use super::promise::{document, id, list_of_promises};
use super::sample::SAMPLE;
use super::sample::fields::{COLOR, DUE_AT, IS_LARGE, NOTE, OWNER, SEEN_AT, SIZE};
use crate::{Deadline, Store, StoreExt as _};

list_of_promises![
    each_condition_decides,
    conditions_hold_together_and_can_be_negated,
    a_condition_may_have_many_words,
];

/// Samples in the collection's own order.
const SAMPLES: [(&str, &str); 8] = [
    (
        "a",
        r#"{"due_at":"1969-12-31T23:59:59.999Z","size":-5,"color":"red","owner":{"name":"ann"},"note":"One two"}"#,
    ),
    (
        "b",
        r#"{"due_at":"2026-01-01","size":7,"color":["blue","red"],"is_large":true,"note":["x*y","50% \\ ?"]}"#,
    ),
    (
        "c",
        r#"{"due_at":"2026-01-01T00:00:00.000Z","size":[3,11],"seen":{"at":5},"color":"Blue","owner":{"name":"bo"}}"#,
    ),
    (
        "d",
        r#"{"due_at":"2026-01-01","size":"7","seen":[{"at":4},{"at":"2026-02-01"}],"owner":[{"name":"ann"},{"name":"cy"}]}"#,
    ),
    ("e", r#"{"due_at":"2026-03-01","size":7.9,"is_large":false,"color":null}"#),
    ("f", r#"{"due_at":"soon","size":"many","seen":{"at":"never"},"color":[],"note":"two"}"#),
    ("g", r#"{"color":"red","delay":1,"is_large":"true","owner":{"name":"bo"}}"#),
    ("h", "{}"),
];

pub(super) async fn fill(store: &dyn Store) {
    let documents = SAMPLES.iter().rev().map(|(name, text)| (id(name), document(text))).collect();
    for result in store.create_many(SAMPLE, documents).await {
        result.expect("created");
    }
}

/// The ids of the documents that a query finds, in order, and the total count.
pub(super) async fn found(store: &dyn Store, query: &Query) -> (u64, String) {
    let page = store.list(query, Deadline::NONE).await.unwrap_or_else(|error| panic!("{query:?}: {error}"));
    let ids = page.documents.iter().map(|text| document(&String::from_utf8_lossy(text)).id().expect("an id"));
    (page.count, ids.collect())
}

async fn check(store: &dyn Store, conditions: Vec<Condition>, expected: &str) {
    let query = conditions.into_iter().fold(Query::of(SAMPLE), Query::with);
    assert_eq!(found(store, &query).await, (expected.len() as u64, expected.to_owned()), "{query:?}");
}

fn any_of(field: &'static str, words: &[&str]) -> Condition {
    Condition::AnyOf { field, words: words.iter().map(|word| (*word).to_owned()).collect() }
}

fn contains(text: &str) -> Condition {
    Condition::Contains { fields: vec![NOTE, COLOR], text: text.to_owned() }
}

pub(super) fn like(field: &'static str, pattern: &str) -> Condition {
    Condition::Like { field, pattern: pattern.to_owned() }
}

pub(super) fn range(field: &'static str, from: Option<i64>, before: Option<i64>) -> Condition {
    Condition::Range { field, from, before }
}

/// The first moment of 2026, in milliseconds since 1970.
const NEW_YEAR: i64 = 1_767_225_600_000;

async fn each_condition_decides(store: &dyn Store) {
    fill(store).await;
    let cases = [
        (any_of(COLOR, &["red"]), "abg"),
        (any_of(COLOR, &["red", "Blue", "nothing"]), "abcg"),
        (any_of(OWNER, &["ann"]), "ad"),
        (any_of(OWNER, &["cy", "bo"]), "cdg"),
        (any_of(IS_LARGE, &["true"]), "bg"),
        (any_of(IS_LARGE, &["false"]), "e"),
        (range(SIZE, Some(7), None), "bcde"),
        (range(SIZE, Some(7), Some(8)), "bde"),
        (range(SIZE, None, Some(7)), "ac"),
        (range(SIZE, Some(4), Some(7)), ""),
        (range(SIZE, Some(11), Some(12)), "c"),
        (range(SIZE, None, None), "abcde"),
        (range(DUE_AT, Some(NEW_YEAR), None), "bcde"),
        (range(DUE_AT, None, Some(NEW_YEAR)), "a"),
        (range(DUE_AT, Some(-1), Some(0)), "a"),
        (range(DUE_AT, Some(0), Some(NEW_YEAR + 1)), "bcd"),
        (range(SEEN_AT, Some(4), Some(5)), "d"),
        (range(SEEN_AT, Some(6), None), "d"),
        (range(SEEN_AT, None, Some(6)), "cd"),
        (Condition::Exists { field: COLOR }, "abcg"),
        (Condition::Exists { field: SIZE }, "abcde"),
        (Condition::Exists { field: SEEN_AT }, "cd"),
        (Condition::Exists { field: IS_LARGE }, "beg"),
        (Condition::Exists { field: NOTE }, "abf"),
        (contains("two"), "af"),
        (contains("One"), "a"),
        (contains("one"), ""),
        (contains("lue"), "bc"),
        (contains("e t"), "a"),
        // There are no wildcards.
        (contains("*"), "b"),
        (contains("x*y"), "b"),
        (contains("%"), "b"),
        (contains("\\"), "b"),
        (contains("?"), "b"),
        (contains("_"), ""),
        (contains("o*o"), ""),
        (like(COLOR, "r*"), "abg"),
        (like(COLOR, "?lue"), "bc"),
        (like(COLOR, "*"), "abcg"),
        (like(COLOR, "re"), ""),
        (like(COLOR, "R??"), ""),
        (like(COLOR, "[a-z]ed"), ""),
        (like(OWNER, "\\ann"), ""),
        (like(COLOR, "r*").negated(), "cdefh"),
        (any_of(COLOR, &["red"]).negated(), "cdefh"),
        (range(SIZE, Some(7), None).negated(), "afgh"),
        (Condition::Exists { field: DUE_AT }.negated(), "fgh"),
        (contains("two").negated(), "bcdegh"),
        (any_of(COLOR, &["red"]).negated().negated(), "abg"),
        (Condition::Either(vec![any_of(COLOR, &["red"]), range(SIZE, Some(7), None)]), "abcdeg"),
        (Condition::Either(vec![contains("two"), Condition::Exists { field: SEEN_AT }.negated()]), "abefgh"),
        (Condition::Either(vec![any_of(COLOR, &["red"]).negated()]), "cdefh"),
        (Condition::Ids(vec!["c".to_owned(), "nobody".to_owned(), "a".to_owned()]), "ac"),
        (Condition::Ids(vec!["c".to_owned()]).negated(), "abdefgh"),
        (Condition::Ids(vec![]), ""),
        (Condition::Either(vec![]), ""),
        (Condition::Either(vec![]).negated(), "abcdefgh"),
        (Condition::all([any_of(COLOR, &["red"]), any_of(OWNER, &["ann", "bo"])]), "ag"),
        (Condition::all([]), "abcdefgh"),
        (
            Condition::Either(vec![
                Condition::all([range(SIZE, Some(5), None), range(SIZE, None, Some(5))]),
                any_of(COLOR, &["red"]).negated(),
            ])
            .negated(),
            "abg",
        ),
    ];
    for (condition, expected) in cases {
        check(store, vec![condition], expected).await;
    }
}

async fn conditions_hold_together_and_can_be_negated(store: &dyn Store) {
    fill(store).await;
    let cases = [
        (vec![any_of(COLOR, &["red"]), any_of(OWNER, &["ann", "bo"])], "ag"),
        (vec![any_of(COLOR, &["red", "blue"]), range(SIZE, Some(0), None)], "b"),
        (vec![any_of(OWNER, &["ann"]), any_of(OWNER, &["cy"])], "d"),
        (vec![range(SIZE, Some(5), None), range(SIZE, None, Some(5))], "c"),
        (
            vec![range(SIZE, Some(5), None), any_of(IS_LARGE, &["true"]).negated(), contains("x").negated()],
            "cde",
        ),
        (vec![Condition::Exists { field: SEEN_AT }, Condition::Exists { field: COLOR }.negated()], "d"),
        (vec![], "abcdefgh"),
    ];
    for (conditions, expected) in cases {
        check(store, conditions, expected).await;
    }
}

async fn a_condition_may_have_many_words(store: &dyn Store) {
    fill(store).await;
    // More than servers and databases allow in one query by default.
    let words =
        (0..70_000).map(|number| format!("color-{number}")).chain(["red".to_owned(), "Blue".to_owned()]);
    let many = Condition::AnyOf { field: COLOR, words: words.collect() };
    check(store, vec![many.clone()], "abcg").await;
    check(store, vec![many.negated()], "defh").await;
}
