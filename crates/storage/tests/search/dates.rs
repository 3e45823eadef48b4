//! How the engines interpret dates, compared with the domain's table.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tributary_domain::{DATE_FIELD_CASES, DATE_FIELD_DIFFERENCES};
use tributary_engines::{Endpoint, Indices};

use crate::{open, server};

/// Writes documents with these values directly to an index created by the store, and returns the milliseconds by which
/// the engine sorts each, `i64::MAX` for none.
fn sort_values(server: &Endpoint, index: &str, values: &[&str], order: &str) -> Vec<i64> {
    let mut lines = String::new();
    for (number, value) in values.iter().enumerate() {
        let number = number.to_string();
        let _ = writeln!(lines, "{}\n{{\"created_at\":{value}}}", json!({ "index": { "_id": number } }));
    }
    let answer = server.send("POST", &format!("/{index}/_bulk?refresh=true"), lines).unwrap();
    assert_eq!(answer["errors"], false, "{answer}");
    // Sorted as the store does: `_last` in descending order has a limit that Elasticsearch 8 cannot serialize.
    let missing = if order == "desc" { "_first" } else { "_last" };
    let sort = json!([{ "created_at": { "order": order, "missing": missing, "mode": "min" } }]);
    let body = json!({ "size": values.len(), "sort": sort, "_source": false });
    let answer = server.send("POST", &format!("/{index}/_search"), body.to_string()).unwrap();
    let mut found = vec![None; values.len()];
    for hit in answer["hits"]["hits"].as_array().unwrap() {
        let place: usize = hit["_id"].as_str().unwrap().parse().unwrap();
        found[place] = Some(hit["sort"][0].as_i64().unwrap_or(i64::MAX));
    }
    found.into_iter().map(Option::unwrap).collect()
}

pub(crate) async fn table_is_that_of_the_engine(backend: &str) {
    let Some(server) = server(backend) else { return };
    let is_elasticsearch = backend.starts_with("elasticsearch");
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    // Opening the store creates the index with its mapping.
    let store = open(server, &prefix).await.unwrap();
    let index = format!("{prefix}.elastic-connectors-sync-jobs-v1");

    let differences = DATE_FIELD_DIFFERENCES.iter().map(|(value, elasticsearch, opensearch)| {
        (*value, if is_elasticsearch { *elasticsearch } else { *opensearch })
    });
    let cases: Vec<(&str, Option<i64>)> = DATE_FIELD_CASES.iter().copied().chain(differences).collect();
    let values: Vec<&str> = cases.iter().map(|(value, _)| *value).collect();
    for order in ["asc", "desc"] {
        let found = sort_values(server, &index, &values, order);
        let wrong: Vec<_> = cases
            .iter()
            .zip(found)
            .filter(|((_, expected), found)| expected.unwrap_or(i64::MAX) != *found)
            .collect();
        assert!(wrong.is_empty(), "{order}: {wrong:#?}");
    }
    let described: Value = server.send("GET", &format!("/{index}/_mapping"), "").unwrap();
    let mapping = &described[&index]["mappings"]["properties"]["created_at"];
    assert!(mapping.get("format").is_none(), "the table is that of the default format: {mapping}");
    store.close().await.unwrap();
}
