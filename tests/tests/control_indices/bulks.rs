//! Many changes in one request: each item is answered alike, and the same documents are there afterwards.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::generated;
use crate::sides::{INDEX, JOBS, Sides};
use crate::updates::{document, update, version};

const CASES: u32 = 60;

/// A line of a bulk request, and the one that follows it.
#[derive(Debug, Clone)]
struct Item {
    verb: &'static str,
    /// One of a few, so that items meet.
    id: usize,
    body: Option<Value>,
    /// Whether the line names the index, or the path does.
    names_index: bool,
    is_guarded_wrongly: bool,
}

fn item() -> impl Strategy<Value = Item> {
    let what = prop_oneof![
        (select(vec!["index", "create"]), document().prop_map(Some)),
        (Just("update"), update().prop_map(Some)),
        (Just("delete"), Just(None)),
    ];
    (what, 0..5_usize, any::<bool>(), proptest::bool::weighted(0.1)).prop_map(
        |((verb, body), id, names_index, is_guarded_wrongly)| {
            // A new document has no version.
            let is_guarded_wrongly = is_guarded_wrongly && matches!(verb, "index" | "delete");
            Item { verb, id, body, names_index, is_guarded_wrongly }
        },
    )
}

impl Item {
    fn lines(&self, prefix: &str) -> String {
        let mut action = json!({ "_id": format!("{prefix}-{}", self.id) });
        if self.names_index {
            action["_index"] = json!(INDEX);
        }
        if self.is_guarded_wrongly {
            action["if_seq_no"] = json!(1_000_000);
            action["if_primary_term"] = json!(1);
        }
        let mut lines = json!({ self.verb: action }).to_string() + "\n";
        if let Some(body) = &self.body {
            let _ = writeln!(lines, "{body}");
        }
        lines
    }
}

/// What came of each item.
fn outcomes(body: &Value) -> Vec<(String, Value, Value, Value)> {
    let items = body["items"].as_array().unwrap_or_else(|| panic!("no items: {body}"));
    let outcome = |item: &Value| {
        let (verb, said) = item.as_object().and_then(|item| item.iter().next()).expect("one verb");
        (verb.clone(), said["status"].clone(), said["result"].clone(), said["error"]["type"].clone())
    };
    items.iter().map(outcome).collect()
}

pub(crate) fn bulks(sides: &Sides) {
    generated(CASES, &proptest::collection::vec(item(), 1..12), |items| {
        let prefix = sides.fresh_id();
        let lines: String = items.iter().map(|item| item.lines(&prefix)).collect();
        let path = format!("/{INDEX}/_bulk?refresh=true");
        let [engine, gateway] = sides.send_lines(&path, JOBS, &lines);
        prop_assert_eq!(engine.status, 200, "{}", engine.body);
        prop_assert_eq!(gateway.status, 200, "{}", gateway.body);
        prop_assert_eq!(outcomes(&engine.body), outcomes(&gateway.body), "{}\n{}", lines, gateway.body);
        prop_assert_eq!(&engine.body["errors"], &gateway.body["errors"]);
        for item in gateway.body["items"].as_array().expect("items") {
            let said = item.as_object().and_then(|item| item.values().next()).expect("one verb");
            let is_written = said["status"].as_u64() < Some(300);
            prop_assert!(!is_written || version(said).is_some(), "no version: {}", said);
        }
        let ids: Vec<String> = (0..5).map(|id| format!("{prefix}-{id}")).collect();
        let body = json!({ "query": { "ids": { "values": ids } } });
        let [engine, gateway] = sides.send("POST", &format!("/{INDEX}/_search"), JOBS, &body);
        let documents = |body: &Value| -> BTreeMap<String, Value> {
            let hits = body["hits"]["hits"].as_array().expect("hits").iter();
            hits.map(|hit| (hit["_id"].to_string(), hit["_source"].clone())).collect()
        };
        prop_assert_eq!(documents(&engine.body), documents(&gateway.body), "{}", lines);
        Ok(())
    });
}
