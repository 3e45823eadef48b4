//! Random documents, changes and queries for the generated cases.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tributary_domain::{
    Collection, Condition, DATE_FIELD_CASES, Enumeration, FieldKind, IndexedField, MissingValues, Order,
    Query, SortOrder,
};

use super::SAMPLE;
use super::sample::fields::{COLOR, IS_LARGE, OWNER};

const IDS: &[&str] = &["1", "10", "9", "a", "B", "b", "é", "a-1", "a.1", "z z", "ключ", "\"q\""];

/// Where a document is.
pub(super) type DocumentName = (Collection, &'static str);

#[derive(Debug, Clone)]
pub(super) enum Step {
    Create(DocumentName, String),
    Replace(DocumentName, String),
    ReplaceStale(DocumentName, String),
    Delete(DocumentName),
    List(Query),
    /// The list is read to its end in pages of the query's size, each after the previous one.
    Walk(Query),
    Count(Query, Vec<&'static str>),
    Numbers(Query, Vec<&'static str>),
}

/// One millisecond in several notations.
const SAME_MILLISECOND: &[&str] = &[
    r#""2026-01-01T00:00:01.500Z""#,
    r#""2026-01-01T00:00:01,500999999""#,
    r#""2026-01-01T01:00:01.5+01""#,
    "1767225601500",
    r#""1767225601500.9""#,
    r#"["2026-01-02",1767225601500]"#,
];

/// JSON text for `created_at`: ties, precision, offsets, every notation that search engines read, or nothing.
fn created_at() -> impl Strategy<Value = Option<String>> {
    let near = (0..4u32, select(vec!["Z", ".5Z", ".500Z", ".500999Z", "+00:00", ""]))
        .prop_map(|(second, rest)| format!(r#""2026-01-01T00:00:0{second}{rest}""#));
    let any = select(DATE_FIELD_CASES).prop_map(|(value, _)| value.to_owned());
    let same = select(SAME_MILLISECOND).prop_map(str::to_owned);
    prop_oneof![
        4 => near.prop_map(Some),
        4 => any.prop_map(Some),
        2 => same.prop_map(Some),
        1 => Just(None),
    ]
}

fn job() -> impl Strategy<Value = String> {
    let status = select(vec![
        "",
        r#""pending""#,
        r#""error""#,
        r#""in_progress""#,
        r#""Pending""#,
        r#"["pending","error"]"#,
        "null",
        "5",
    ]);
    let kind = select(vec!["", r#""full""#, r#""incremental""#, r#"["full","access_control"]"#, "true"]);
    let connector = select(vec![
        "",
        r#"{"id":"a"}"#,
        r#"{"id":"b","x":1.10}"#,
        r#"{"id":"a","index_name":"i,j","service_type":"s3"}"#,
        r#"{"id":"b","index_name":["i","j"],"service_type":["S3",null]}"#,
        r#"{"id":["a","b"]}"#,
        "null",
        r#"{"id":null}"#,
    ]);
    let unknown =
        select(vec!["", "1e400", "{}", r#"{"b":[1.10,null],"a":{}}"#, "123456789012345678901234567890"]);
    let names = ["unknown", "status", "job_type", "connector"];
    (status, kind, connector, unknown, created_at(), progress()).prop_map(
        move |(status, kind, connector, unknown, created, progress)| {
            let created = ("created_at", created.unwrap_or_default());
            let texts = [unknown, status, kind, connector].map(str::to_owned);
            object(names.into_iter().zip(texts).chain([created]).chain(progress))
        },
    )
}

/// What becomes of a job while it runs.
fn progress() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let texts = |choices: &[&'static str]| select(choices.to_vec()).prop_map(str::to_owned);
    let trigger = texts(&["", r#""on_demand""#, r#""scheduled""#]);
    let worker = texts(&["", r#""w-1""#, r#""w-2""#, r#"["w-1","w-2"]"#, "null"]);
    let error = texts(&["", "", r#""no space left""#, r#""disk: no space left on w*""#, "5"]);
    let indexed = texts(&["", "0", "7", r#""7""#, "[3,11]", "-1"]);
    // It has nothing to do with the computed field of this name.
    let duration = texts(&["", "5", r#""x""#]);
    (date(), date(), date(), trigger, worker, error, indexed, duration).prop_map(
        |(started, completed, seen, trigger, worker, error, indexed, duration)| {
            vec![
                ("duration", duration),
                ("started_at", started),
                ("completed_at", completed),
                ("last_seen", seen),
                ("trigger_method", trigger),
                ("worker_hostname", worker),
                ("error", error),
                ("indexed_document_count", indexed),
            ]
        },
    )
}

/// The JSON text of an object with those fields that have a value.
fn object(fields: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let present = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let present: Vec<String> = present.map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{{{}}}", present.join(","))
}

/// JSON text of a date: repeated, missing, odd, or several.
fn date() -> impl Strategy<Value = String> {
    created_at().prop_map(Option::unwrap_or_default)
}

fn sample() -> impl Strategy<Value = String> {
    let number = select(vec!["", "7", "7.9", "-7", r#""7""#, "[3,11]", r#"["many",5]"#, "null", "0", "8"]);
    let color = select(vec!["", r#""red""#, r#""Red""#, r#"["blue","red"]"#, r#""blue""#, "null", "[]", "5"]);
    let owner = select(vec![
        "",
        r#"{"name":"ann"}"#,
        r#"[{"name":"ann"},{"name":"bo"}]"#,
        r#"{"name":["cy","bo"]}"#,
        "{}",
        r#"{"name":null}"#,
    ]);
    let is_large = select(vec!["", "true", "false", r#""true""#, "null"]);
    let note = select(vec!["", r#""one two""#, r#"["two","t%o"]"#, r#""*""#, "null"]);
    (date(), date(), number, color, owner, is_large, note).prop_map(
        |(due, seen, number, color, owner, is_large, note)| {
            let seen = if seen.is_empty() { seen } else { format!(r#"{{"at":{seen}}}"#) };
            let words = [number, color, owner, is_large, note].map(str::to_owned);
            let names = ["size", "color", "owner", "is_large", "note"];
            object([("due_at", due), ("seen", seen)].into_iter().chain(names.into_iter().zip(words)))
        },
    )
}

/// A random document of a collection.
fn content(collection: Collection) -> BoxedStrategy<String> {
    if collection == SAMPLE { sample().boxed() } else { job().boxed() }
}

/// The values by which a keyword field is filtered.
fn words(path: &str) -> &'static [&'static str] {
    match path {
        "status" => &["pending", "error", "in_progress", "suspended", "5"],
        "job_type" => &["full", "incremental", "access_control"],
        "connector.id" => &["a", "b", "nobody"],
        "connector.index_name" => &["i", "i,j", "none"],
        "connector.service_type" => &["s3", "S3", "none"],
        "error" => &["no space left", "5"],
        "trigger_method" => &["on_demand", "scheduled"],
        "worker_hostname" => &["w-1", "w-2", "none"],
        COLOR => &["red", "Red", "blue", "5", "none"],
        OWNER => &["ann", "bo", "cy", "nobody"],
        IS_LARGE => &["true", "false"],
        other => panic!("give the suite words for the new field [{other}]"),
    }
}

/// A pattern of words.
fn pattern() -> impl Strategy<Value = &'static str> {
    select(vec!["*", "?", "w-*", "?-2", "*e*", "p*g", "[a-c]", "i,?", "s\\*", "S3", "**r?r*"])
}

/// A bound of a range: near the times of the documents, near their numbers, or far away.
fn limit() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        2 => Just(None),
        3 => (-8..12_i64).prop_map(Some),
        3 => (1_767_225_600_000..1_767_225_604_000_i64).prop_map(Some),
        1 => select(vec![1_704_067_200_000, 1_704_164_645_123, -62_167_219_200_000, 0]).prop_map(Some),
    ]
}

/// A condition on a declared field.
fn condition(collection: Collection) -> impl Strategy<Value = Condition> {
    let fields: Vec<IndexedField> =
        collection.fields.iter().filter(|field| field.is_filtered).copied().collect();
    let plain = select(fields).prop_flat_map(|field| {
        let path = field.path;
        let exists = Just(Condition::Exists { field: path });
        match field.kind {
            FieldKind::Date | FieldKind::Number => {
                let range = (limit(), limit());
                let range =
                    range.prop_map(move |(from, before)| Condition::Range { field: path, from, before });
                prop_oneof![4 => range, 1 => exists].boxed()
            }
            FieldKind::Text => {
                let text = select(vec!["two", "o", "t%", "*", "e t", ""]);
                let contains = text.prop_map(move |text| Condition::Contains {
                    fields: vec![path, COLOR],
                    text: text.to_owned(),
                });
                prop_oneof![4 => contains, 1 => exists].boxed()
            }
            _ => {
                let words = proptest::sample::subsequence(words(path).to_vec(), 1..=2);
                let any_of = words.prop_map(move |words| Condition::AnyOf {
                    field: path,
                    words: words.into_iter().map(str::to_owned).collect(),
                });
                if field.kind != FieldKind::Keyword {
                    return prop_oneof![6 => any_of, 1 => exists].boxed();
                }
                let like = pattern()
                    .prop_map(move |pattern| Condition::Like { field: path, pattern: pattern.to_owned() });
                prop_oneof![6 => any_of, 1 => like, 1 => exists].boxed()
            }
        }
    });
    let ids = proptest::sample::subsequence(IDS.to_vec(), 0..=6);
    let ids = ids.prop_map(|ids| Condition::Ids(ids.into_iter().map(str::to_owned).collect()));
    let plain = prop_oneof![9 => plain, 1 => ids].boxed();
    let single = prop_oneof![4 => plain.clone(), 1 => plain.prop_map(Condition::negated)].boxed();
    prop_oneof![
        6 => single.clone(),
        1 => vec(single.clone(), 0..3).prop_map(Condition::Either),
        1 => vec(single, 0..3).prop_map(Condition::all),
    ]
}

fn order(collection: Collection) -> impl Strategy<Value = Order> {
    let fields = collection.fields.iter().filter(|field| field.is_sorted).map(|field| Some(field.path));
    let fields: Vec<_> = fields.chain([collection.order]).collect();
    let missing = select(vec![MissingValues::Greatest, MissingValues::Last]);
    (select(fields), select(SortOrder::ALL), missing).prop_map(|(field, direction, missing)| Order {
        field,
        direction,
        missing,
    })
}

fn query(collection: Collection) -> impl Strategy<Value = Query> {
    (0..12u32, 0..12u32, order(collection), vec(condition(collection), 0..3)).prop_map(
        move |(from, size, order, conditions)| {
            conditions.into_iter().fold(Query::of(collection).ordered(order).page(from, size), Query::with)
        },
    )
}

/// Queries of a collection that may have many documents.
pub(super) fn question() -> impl Strategy<Value = Step> {
    select(vec![Collection::SYNC_JOBS, SAMPLE]).prop_flat_map(|collection| {
        let counted = collection.fields.iter().filter(|field| field.is_counted).map(|field| field.path);
        let numeric = collection.indexed_fields().filter(|field| field.is_numeric()).map(|field| field.path);
        let fields = proptest::sample::subsequence(numeric.collect::<Vec<_>>(), 1..=2);
        let by = proptest::sample::subsequence(counted.collect::<Vec<_>>(), 0..=2);
        prop_oneof![
            4 => query(collection).prop_map(Step::List),
            1 => query(collection).prop_map(Step::Walk),
            1 => (query(collection), by).prop_map(|(query, by)| Step::Count(query, by)),
            1 => (query(collection), fields).prop_map(|(query, fields)| Step::Numbers(query, fields)),
        ]
    })
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    // A secret may look like a job, but is not one.
    let collection =
        prop_oneof![3 => Just(Collection::SYNC_JOBS), 3 => Just(SAMPLE), 1 => Just(Collection::SECRETS)];
    let change = (collection, select(IDS), 0..12_u8).prop_flat_map(|(collection, id, kind)| {
        let name = (collection, id);
        content(collection).prop_map(move |text| match kind {
            0..6 => Step::Create(name, text),
            6..9 => Step::Replace(name, text),
            9 => Step::ReplaceStale(name, text),
            _ => Step::Delete(name),
        })
    });
    prop_oneof![3 => change, 1 => question()]
}
