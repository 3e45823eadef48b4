//! The searches that a client of OpenSearch would send for the same answers.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::connection::Request;
use crate::failure::Failure;

/// The index that the store keeps sync jobs in.
const INDEX: &str = ".elastic-connectors-sync-jobs-v1";
/// The order of a list without `sort`; no two jobs have the same value.
const CREATED_AT: &str = "created_at";

/// Has the server compute every answer: it would keep counts until the next change, and they would be compared with
/// nothing but a lookup.
pub(crate) fn without_cache() -> Request {
    Request::put(&format!("/{INDEX}/_settings"), r#"{"index.requests.cache.enable":false}"#)
}

/// A search of OpenSearch.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    body: Value,
    sort: String,
    /// The value in the order that the page before ended with.
    after: Option<String>,
}

impl Search {
    /// The search for what is at a URL of the service.
    pub(crate) fn new(url: &str) -> Self {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut from, mut size, mut filters, mut groups) = (0, 100, Vec::new(), Vec::new());
        let (mut sort, mut direction) = (CREATED_AT, "asc");
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let words: Vec<&str> = value.split(',').collect();
            match name {
                "cursor" => {}
                "from" => from = value.parse().unwrap_or(from),
                "size" => size = value.parse().unwrap_or(size),
                "sort" => sort = value,
                "order" => direction = value,
                "by" => groups = words,
                _ => filters.push(filter(name, value, &words)),
            }
        }
        let query = if filters.is_empty() {
            json!({ "match_all": {} })
        } else {
            json!({ "bool": { "filter": filters } })
        };
        let mut body = json!({ "query": query, "size": size, "track_total_hits": true });
        if path.ends_with("/_count") {
            let source =
                |field: &&str| json!({ *field: { "terms": { "field": field, "missing_bucket": true } } });
            let sources: Vec<Value> = groups.iter().map(source).collect();
            body["size"] = 0.into();
            body["aggs"] = json!({ "groups": { "composite": { "size": 1_000, "sources": sources } } });
        } else {
            body["from"] = from.into();
            body["sort"] = json!([{ sort: { "order": direction, "missing": "_last" } }]);
        }
        Self { body, sort: sort.to_owned(), after: None }
    }

    /// Continues after a page that the service answered.
    pub(crate) fn follow(&mut self, page: &Value) -> Result<(), Failure> {
        let last = page["results"].as_array().and_then(|results| results.last()).ok_or("an empty page")?;
        let value = last[&self.sort].as_str().ok_or("a walk beyond the jobs with a value")?;
        self.body["search_after"] = json!([value.parse::<Timestamp>()?.as_millisecond()]);
        self.after = Some(value.to_owned());
        Ok(())
    }

    /// The request.
    pub(crate) fn request(&self) -> Request {
        Request::post(&format!("/{INDEX}/_search"), &self.body.to_string())
    }

    /// Whether OpenSearch's answer has the documents of that of the service: the same ids in the order of creation, and in
    /// other orders, in which several jobs have the same value, the same values. `search_after` skips the rest of a value.
    pub(crate) fn has_same_documents(&self, own: &Value, through: &Value) -> bool {
        let has_same_count = own.pointer("/hits/total/value") == Some(&through["count"]);
        let list = |answer: &Value, path: &str| answer.pointer(path).and_then(Value::as_array).cloned();
        if let Some(groups) = list(own, "/aggregations/groups/buckets") {
            return has_same_count && list(through, "/groups").is_some_and(|own| own.len() == groups.len());
        }
        let by_id = self.sort == CREATED_AT;
        let hits = list(own, "/hits/hits").unwrap_or_default();
        let hits: Vec<&Value> =
            hits.iter().map(|hit| if by_id { &hit["_id"] } else { &hit["_source"][&self.sort] }).collect();
        let results = list(through, "/results").unwrap_or_default();
        let results = results.iter().filter(|result| result[&self.sort].as_str() != self.after.as_deref());
        let results: Vec<&Value> =
            results.map(|result| &result[if by_id { "id" } else { &self.sort }]).collect();
        has_same_count && hits.starts_with(&results)
    }
}

/// The condition of a parameter.
fn filter(name: &str, value: &str, words: &[&str]) -> Value {
    if let Some(date) = name.strip_suffix("_after") {
        return json!({ "range": { format!("{date}_at"): { "gte": value } } });
    }
    if let Some(date) = name.strip_suffix("_before") {
        return json!({ "range": { format!("{date}_at"): { "lt": value } } });
    }
    match name {
        "connector_id" => json!({ "term": { "connector.id": value } }),
        "error" => json!({ "wildcard": { name: { "value": format!("*{value}*") } } }),
        _ if words.len() > 1 => json!({ "terms": { name: words } }),
        _ => json!({ "term": { name: value } }),
    }
}
