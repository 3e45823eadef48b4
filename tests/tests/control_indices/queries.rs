//! Generated queries.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::documents::{STATUSES, WORDS};

/// The fields of an index that queries are about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) words: &'static [&'static str],
    pub(crate) booleans: &'static [&'static str],
    pub(crate) dates: &'static [&'static str],
    pub(crate) numbers: &'static [&'static str],
    /// What ids begin with.
    pub(crate) ids: &'static str,
    /// A date that is another one in each document.
    pub(crate) moment: &'static str,
}

pub(crate) const OF_JOBS: Fields = Fields {
    words: &[
        "status",
        "job_type",
        "trigger_method",
        "worker_hostname",
        "error",
        "connector.id",
        "connector.index_name",
        "connector.service_type",
    ],
    booleans: &[],
    dates: &["created_at", "started_at", "last_seen", "completed_at"],
    numbers: &["indexed_document_count", "deleted_document_count"],
    ids: "j",
    moment: "created_at",
};

pub(crate) const OF_CONNECTORS: Fields = Fields {
    words: &["index_name", "service_type", "name", "status", "last_sync_status"],
    booleans: &["deleted", "is_native"],
    dates: &["last_seen", "last_synced"],
    numbers: &["last_indexed_document_count"],
    ids: "c",
    moment: "last_synced",
};

/// Dates as bounds, with maths.
const MOMENTS: &[&str] = &[
    "2026-03",
    "2026-03-15",
    "2026-03-15T10",
    "2026-05-01T03:00:00.003Z",
    "2026-02-28T23:59:59.999Z",
    "2026-04-10T12:30:00+02:00",
    "now",
    "now-300s",
    "now/d",
    "now-6M/M",
    "now-1y/y",
    "now+1d",
    "2026-01-31||+1M",
    "2026-05-15||/M",
    "2026-05-15||-1w/w",
    "1777000000000",
];

fn word() -> impl Strategy<Value = Value> {
    let few = select([WORDS, STATUSES, &["full", "incremental", "c1", "c3", "search-4", "nothing"]].concat());
    prop_oneof![8 => few.prop_map(|word| json!(word)), 1 => Just(json!(true)), 1 => Just(json!(7))]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-9_i64..60).prop_map(|number| json!(number)),
        (-9_i64..60).prop_map(|number| json!(number.to_string())),
        (-90_i64..600).prop_map(|tenths| json!(f64::from(i32::try_from(tenths).expect("few")) / 10.0)),
        Just(json!(i64::MAX)),
    ]
}

/// A moment for both ends of a range: Elasticsearch refuses a text beside a number.
fn moments() -> impl Strategy<Value = BoxedStrategy<Value>> {
    let texts = select(MOMENTS).prop_map(|moment| json!(moment)).boxed();
    let numbers = (1_770_000_000_000_i64..1_780_000_000_000).prop_map(|moment| json!(moment)).boxed();
    prop_oneof![8 => Just(texts), 1 => Just(numbers)]
}

fn bounds(value: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let bound = move |names: &'static [&'static str]| proptest::option::of((select(names), value.clone()));
    (bound(&["gte", "gt"]), bound(&["lte", "lt"])).prop_map(|(lower, upper)| {
        Value::Object(
            [lower, upper].into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect(),
        )
    })
}

fn id(fields: Fields) -> impl Strategy<Value = Value> {
    (0..90).prop_map(move |number| json!(format!("{}{number}", fields.ids)))
}

/// A query on one field.
fn leaf(fields: Fields) -> BoxedStrategy<Value> {
    let list = |one: BoxedStrategy<Value>| proptest::collection::vec(one, 0..4);
    let words = select(fields.words);
    let mut all = vec![
        Just(json!({ "match_all": {} })).boxed(),
        (words.clone(), word()).prop_map(|(field, word)| json!({ "term": { field: word } })).boxed(),
        (words.clone(), word())
            .prop_map(|(field, word)| json!({ "term": { field: { "value": word } } }))
            .boxed(),
        (words.clone(), word()).prop_map(|(field, word)| json!({ "match": { field: word } })).boxed(),
        (words.clone(), word())
            .prop_map(|(field, word)| json!({ "match": { field: { "query": word } } }))
            .boxed(),
        (words, list(word().boxed())).prop_map(|(field, words)| json!({ "terms": { field: words } })).boxed(),
        list(id(fields).boxed()).prop_map(|ids| json!({ "terms": { "_id": ids } })).boxed(),
        list(id(fields).boxed()).prop_map(|ids| json!({ "ids": { "values": ids } })).boxed(),
        id(fields).prop_map(|id| json!({ "term": { "_id": id } })).boxed(),
        (select(fields.dates), moments().prop_flat_map(bounds))
            .prop_map(|(field, bounds)| json!({ "range": { field: bounds } }))
            .boxed(),
        (select(fields.numbers), bounds(number().boxed()))
            .prop_map(|(field, bounds)| json!({ "range": { field: bounds } }))
            .boxed(),
        (select(fields.numbers), number())
            .prop_map(|(field, number)| json!({ "term": { field: number } }))
            .boxed(),
        (select(fields.dates), moments().prop_flat_map(|moment| moment))
            .prop_map(|(field, moment)| json!({ "term": { field: moment } }))
            .boxed(),
    ];
    let any = [fields.words, fields.booleans, fields.dates, fields.numbers].concat();
    all.push(select(any).prop_map(|field| json!({ "exists": { "field": field } })).boxed());
    if !fields.booleans.is_empty() {
        let value = select(vec![json!(true), json!(false), json!("true"), json!("false")]);
        let boolean = (select(fields.booleans), value);
        all.push(boolean.prop_map(|(field, value)| json!({ "term": { field: value } })).boxed());
    }
    proptest::strategy::Union::new(all).boxed()
}

/// Several queries, or a single one without a list.
fn clauses(one: impl Strategy<Value = Value> + Clone + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![one.clone(), proptest::collection::vec(one, 0..4).prop_map(Value::Array)]
}

/// A query, nested a few times.
pub(crate) fn query(fields: Fields) -> impl Strategy<Value = Value> {
    leaf(fields).prop_recursive(3, 24, 4, |inner| {
        let part = |name: &'static str| {
            proptest::option::weighted(0.5, clauses(inner.clone()).prop_map(move |clauses| (name, clauses)))
        };
        (part("must"), part("filter"), part("must_not"), part("should"), 0..5_usize).prop_map(
            |(must, filter, must_not, should, wanted)| {
                let count = should.as_ref().map_or(0, |(_, clauses)| clauses.as_array().map_or(1, Vec::len));
                let mut parts: serde_json::Map<String, Value> = [must, filter, must_not, should]
                    .into_iter()
                    .flatten()
                    .map(|(name, clauses)| (name.to_owned(), clauses))
                    .collect();
                // One, or all of them, as they are counted from either end; mostly as it is without a word.
                let minimum = match wanted {
                    1 => Some(json!(1)),
                    2 => Some(json!(count)),
                    3 if count > 1 => Some(json!(1 - i64::try_from(count).expect("few"))),
                    _ => None,
                };
                if let Some(minimum) = minimum.filter(|_| count > 0) {
                    parts.insert("minimum_should_match".to_owned(), minimum);
                }
                json!({ "bool": parts })
            },
        )
    })
}
