//! Searches: the same hits, the same numbers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::documents::{connectors, jobs};
use crate::generated;
use crate::queries::{Fields, OF_CONNECTORS, OF_JOBS, query};
use crate::sides::{CONNECTORS, INDEX, JOBS, Said, Sides};

/// Generated cases for each index.
const CASES: u32 = 200;

fn filled(sides: &Sides) {
    sides.fill(JOBS, &jobs());
    sides.fill(CONNECTORS, &connectors());
}

fn total(said: &Said) -> &Value {
    &said.body["hits"]["total"]["value"]
}

/// The hits by their ids.
fn hits(said: &Said) -> BTreeMap<&str, &Value> {
    let hits = said.body["hits"]["hits"].as_array().unwrap_or_else(|| panic!("no hits: {said:?}"));
    hits.iter().map(|hit| (hit["_id"].as_str().expect("an id"), &hit["_source"])).collect()
}

/// Ids and sort values, in order.
fn listed(said: &Said) -> Vec<(&Value, Vec<Value>)> {
    let hits = said.body["hits"]["hits"].as_array().unwrap_or_else(|| panic!("no hits: {said:?}"));
    hits.iter()
        .map(|hit| (&hit["_id"], hit["sort"].as_array().into_iter().flatten().map(sort_value).collect()))
        .collect()
}

/// A sort value; what stands for a missing boolean, the limit of a type, is another one in OpenSearch.
fn sort_value(value: &Value) -> Value {
    match value.as_i64().map(i32::try_from) {
        Some(Ok(i32::MAX)) => json!(i64::MAX),
        Some(Ok(i32::MIN)) => json!(i64::MIN),
        _ => value.clone(),
    }
}

pub(crate) fn searches(sides: &Sides) {
    filled(sides);
    for (index, fields) in [(JOBS, OF_JOBS), (CONNECTORS, OF_CONNECTORS)] {
        generated(CASES, &query(fields), |query| {
            let body = json!({ "query": query, "size": 100, "seq_no_primary_term": true });
            let path = format!("/{INDEX}/_search?expand_wildcards=hidden");
            let [engine, gateway] = sides.send("POST", &path, index, &body);
            prop_assert_eq!(engine.status, 200, "{} {}", query, engine.body);
            prop_assert_eq!(gateway.status, 200, "{} {}", query, gateway.body);
            prop_assert_eq!(total(&engine), total(&gateway), "{}", query);
            prop_assert_eq!(hits(&engine), hits(&gateway), "{}", query);
            for hit in gateway.body["hits"]["hits"].as_array().expect("hits") {
                prop_assert!(hit["_seq_no"].is_u64() && hit["_primary_term"].is_u64(), "{}", hit);
            }
            let path = format!("/{INDEX}/_count");
            let [engine, gateway] = sides.send("POST", &path, index, &json!({ "query": query }));
            prop_assert_eq!(
                (gateway.status, &gateway.body["count"]),
                (200, &engine.body["count"]),
                "{}",
                query
            );
            Ok(())
        });
    }
}

/// An order in which every document has its place.
fn sort(fields: Fields) -> impl Strategy<Value = Value> {
    let any = [fields.words, fields.booleans, fields.dates, fields.numbers].concat();
    let order = || select(vec!["asc", "desc"]);
    let first = proptest::option::of((select(any), order(), 0..3_u8));
    (first, order()).prop_map(move |(first, last)| {
        let mut all = Vec::new();
        if let Some((field, order, form)) = first {
            all.push(match form {
                0 => json!({ field: order }),
                1 => json!({ field: { "order": order } }),
                _ => json!({ field: { "order": order, "missing": "_last" } }),
            });
        }
        all.push(json!({ fields.moment: { "order": last } }));
        Value::Array(all)
    })
}

pub(crate) fn sorted_searches(sides: &Sides) {
    filled(sides);
    for (index, fields) in [(JOBS, OF_JOBS), (CONNECTORS, OF_CONNECTORS)] {
        let cases = (query(fields), sort(fields), 0..30_usize, 0..40_usize);
        generated(CASES / 2, &cases, |(query, sort, from, size)| {
            let body = json!({ "query": query, "sort": sort, "from": from, "size": size });
            let [engine, gateway] = sides.send("POST", &format!("/{INDEX}/_search"), index, &body);
            prop_assert_eq!(engine.status, 200, "{} {}", body, engine.body);
            prop_assert_eq!(gateway.status, 200, "{} {}", body, gateway.body);
            prop_assert_eq!(total(&engine), total(&gateway), "{}", body);
            prop_assert_eq!(listed(&engine), listed(&gateway), "{}", body);
            Ok(())
        });
    }
}
