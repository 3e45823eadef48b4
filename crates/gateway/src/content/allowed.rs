//! The requests that are passed on, in one table that the documentation is derived from.

/// What is looked at in a body before it is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// Nothing: it holds documents, or settings of what the path names.
    Nothing,
    /// The action lines of a bulk request, while the body passes.
    Actions,
    /// All strings, for names of own indices.
    Strings,
    /// The same, and wildcards where an index is named.
    Expressions,
    /// The same in each line, of a search with several parts.
    Lines,
    /// The processors of a pipeline.
    Processors,
}

/// Requests that are passed on.
#[derive(Debug, Clone, Copy)]
pub struct Passed {
    /// Their methods.
    pub methods: &'static [&'static str],
    /// The shape of their path. `{index}` is an index expression, in which own indices are excluded; other parameters
    /// are any part of a path.
    pub path: &'static str,
    /// What is looked at in the body.
    pub looked: Looked,
    /// The path under which the engine would include hidden indices, with an expression for all others in it.
    pub instead: Option<&'static str>,
    /// The method that is sent in place of that of the request.
    pub sent_as: Option<&'static str>,
    /// What they are for: one group of the documentation.
    pub group: &'static str,
}

const READ: &[&str] = &["GET", "HEAD"];
const GET: &[&str] = &["GET"];
const PUT: &[&str] = &["PUT"];
const POST: &[&str] = &["POST"];
const DELETE: &[&str] = &["DELETE"];
const ASK: &[&str] = &["GET", "POST"];
const WRITE: &[&str] = &["PUT", "POST"];

const INDICES: &str = "Indices";
const ALIASES: &str = "Aliases";
const DOCUMENTS: &str = "Documents";
const SEARCHES: &str = "Searches";
const PIPELINES: &str = "Ingest pipelines";

const fn passed(group: &'static str, methods: &'static [&'static str], path: &'static str) -> Passed {
    Passed { methods, path, looked: Looked::Nothing, instead: None, sent_as: None, group }
}

impl Passed {
    const fn looking_at(self, looked: Looked) -> Self {
        Self { looked, ..self }
    }

    /// Clients of later versions send POST where engines of other versions know GET only.
    const fn sent_as_get(self) -> Self {
        Self { sent_as: Some("GET"), ..self }
    }

    const fn instead(self, path: &'static str) -> Self {
        Self { instead: Some(path), ..self }
    }
}

/// Every request that is passed on without a setting.
pub const PASSED: &[Passed] = &[
    passed(INDICES, READ, "/{index}"),
    passed(INDICES, PUT, "/{index}").looking_at(Looked::Expressions),
    passed(INDICES, DELETE, "/{index}"),
    passed(INDICES, GET, "/_settings").instead("/{index}/_settings"),
    passed(INDICES, GET, "/_settings/{setting}").instead("/{index}/_settings/{setting}"),
    passed(INDICES, GET, "/{index}/_settings"),
    passed(INDICES, GET, "/{index}/_settings/{setting}"),
    passed(INDICES, PUT, "/{index}/_settings").looking_at(Looked::Strings),
    passed(INDICES, GET, "/_mapping").instead("/{index}/_mapping"),
    passed(INDICES, GET, "/{index}/_mapping"),
    passed(INDICES, GET, "/{index}/_mapping/field/{field}"),
    passed(INDICES, WRITE, "/{index}/_mapping").looking_at(Looked::Strings),
    passed(INDICES, ASK, "/_refresh"),
    passed(INDICES, ASK, "/{index}/_refresh"),
    passed(INDICES, ASK, "/_flush"),
    passed(INDICES, ASK, "/{index}/_flush"),
    passed(INDICES, POST, "/{index}/_open"),
    passed(INDICES, POST, "/{index}/_close"),
    passed(INDICES, GET, "/_stats").instead("/{index}/_stats"),
    passed(INDICES, GET, "/_stats/{metric}").instead("/{index}/_stats/{metric}"),
    passed(INDICES, GET, "/{index}/_stats"),
    passed(INDICES, GET, "/{index}/_stats/{metric}"),
    passed(INDICES, ASK, "/_resolve/index/{index}").looking_at(Looked::Strings).sent_as_get(),
    passed(INDICES, GET, "/_cluster/health/{index}"),
    passed(INDICES, GET, "/_cat/indices").instead("/_cat/indices/{index}"),
    passed(INDICES, GET, "/_cat/indices/{index}"),
    passed(INDICES, ASK, "/_cat/count").looking_at(Looked::Strings).sent_as_get(),
    passed(INDICES, ASK, "/_cat/count/{index}").looking_at(Looked::Strings).sent_as_get(),
    passed(ALIASES, GET, "/_cat/aliases").instead("/_cat/aliases/{index}"),
    passed(ALIASES, GET, "/_cat/aliases/{index}"),
    passed(ALIASES, READ, "/_alias").instead("/{index}/_alias"),
    passed(ALIASES, READ, "/_alias/{alias}").instead("/{index}/_alias/{alias}"),
    passed(ALIASES, READ, "/{index}/_alias"),
    passed(ALIASES, READ, "/{index}/_alias/{alias}"),
    passed(ALIASES, WRITE, "/{index}/_alias/{alias}").looking_at(Looked::Strings),
    passed(ALIASES, WRITE, "/{index}/_aliases/{alias}").looking_at(Looked::Strings),
    passed(ALIASES, DELETE, "/{index}/_alias/{alias}"),
    passed(ALIASES, DELETE, "/{index}/_aliases/{alias}"),
    passed(ALIASES, POST, "/_aliases").looking_at(Looked::Expressions),
    passed(DOCUMENTS, READ, "/{index}/_doc/{id}"),
    passed(DOCUMENTS, WRITE, "/{index}/_doc/{id}"),
    passed(DOCUMENTS, DELETE, "/{index}/_doc/{id}"),
    passed(DOCUMENTS, POST, "/{index}/_doc"),
    passed(DOCUMENTS, WRITE, "/{index}/_create/{id}"),
    passed(DOCUMENTS, POST, "/{index}/_update/{id}"),
    passed(DOCUMENTS, READ, "/{index}/_source/{id}"),
    passed(DOCUMENTS, ASK, "/_mget").looking_at(Looked::Strings),
    passed(DOCUMENTS, ASK, "/{index}/_mget").looking_at(Looked::Strings),
    passed(DOCUMENTS, WRITE, "/_bulk").looking_at(Looked::Actions),
    passed(DOCUMENTS, WRITE, "/{index}/_bulk").looking_at(Looked::Actions),
    passed(DOCUMENTS, POST, "/{index}/_delete_by_query").looking_at(Looked::Strings),
    passed(DOCUMENTS, POST, "/{index}/_update_by_query").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_search").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_search").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_count").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_count").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_msearch").looking_at(Looked::Lines),
    passed(SEARCHES, ASK, "/{index}/_msearch").looking_at(Looked::Lines),
    passed(SEARCHES, ASK, "/_field_caps").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_field_caps").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_validate/query").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_validate/query").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_explain/{id}").looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_analyze"),
    passed(SEARCHES, ASK, "/{index}/_analyze"),
    passed(SEARCHES, ASK, "/_search/scroll"),
    passed(SEARCHES, ASK, "/_search/scroll/{scroll_id}"),
    passed(SEARCHES, DELETE, "/_search/scroll"),
    passed(SEARCHES, DELETE, "/_search/scroll/{scroll_id}"),
    passed(SEARCHES, POST, "/{index}/_search/point_in_time"),
    passed(SEARCHES, DELETE, "/_search/point_in_time"),
    passed(SEARCHES, POST, "/{index}/_pit"),
    passed(SEARCHES, DELETE, "/_pit").looking_at(Looked::Strings),
    passed(PIPELINES, GET, "/_ingest/pipeline"),
    passed(PIPELINES, GET, "/_ingest/pipeline/{pipeline}"),
    passed(PIPELINES, PUT, "/_ingest/pipeline/{pipeline}").looking_at(Looked::Processors),
    passed(PIPELINES, DELETE, "/_ingest/pipeline/{pipeline}"),
    passed(PIPELINES, ASK, "/_ingest/pipeline/_simulate").looking_at(Looked::Processors),
    passed(PIPELINES, ASK, "/_ingest/pipeline/{pipeline}/_simulate").looking_at(Looked::Processors),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_stands_once() {
        for (place, passed) in PASSED.iter().enumerate() {
            let is_same = |other: &&Passed| {
                other.path == passed.path
                    && other.methods.iter().any(|method| passed.methods.contains(method))
            };
            assert!(PASSED[place + 1..].iter().find(is_same).is_none(), "{}", passed.path);
            assert!(passed.instead.is_none_or(|instead| instead.contains("{index}")), "{}", passed.path);
        }
    }
}
