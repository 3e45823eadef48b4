//! The requests that are passed on, in one table that the documentation is derived from.

use super::needs::{self, Named, Need};

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
    /// The ids of scrolls or points in time, if the key of the caller is limited; nothing otherwise.
    Cursors,
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
    /// What they need of the indices that they are about, all of it.
    pub needs: &'static [Need],
    /// Where these indices are named.
    pub named: Named,
    /// What they need of other indices that their body names.
    pub naming: Need,
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

const fn passed(
    group: &'static str,
    methods: &'static [&'static str],
    path: &'static str,
    needs: &'static [Need],
) -> Passed {
    let (named, naming) = (Named::InPath, needs::SEARCH);
    Passed {
        methods,
        path,
        looked: Looked::Nothing,
        instead: None,
        sent_as: None,
        needs,
        named,
        naming,
        group,
    }
}

impl Passed {
    const fn looking_at(self, looked: Looked) -> Self {
        Self { looked, ..self }
    }

    const fn named(self, named: Named) -> Self {
        Self { named, ..self }
    }

    /// Where queries in a body name indices, they read them; other bodies do something else with what they name.
    const fn naming(self, naming: Need) -> Self {
        Self { naming, ..self }
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
    passed(INDICES, READ, "/{index}", &[needs::GET_INDEX]),
    passed(INDICES, PUT, "/{index}", &[needs::CREATE_INDEX])
        .looking_at(Looked::Expressions)
        .naming(needs::CHANGE_ALIASES),
    passed(INDICES, DELETE, "/{index}", &[needs::DELETE_INDEX]),
    passed(INDICES, GET, "/_settings", &[needs::GET_SETTINGS]).instead("/{index}/_settings"),
    passed(INDICES, GET, "/_settings/{setting}", &[needs::GET_SETTINGS])
        .instead("/{index}/_settings/{setting}"),
    passed(INDICES, GET, "/{index}/_settings", &[needs::GET_SETTINGS]),
    passed(INDICES, GET, "/{index}/_settings/{setting}", &[needs::GET_SETTINGS]),
    passed(INDICES, PUT, "/{index}/_settings", &[needs::PUT_SETTINGS]).looking_at(Looked::Strings),
    passed(INDICES, GET, "/_mapping", &[needs::GET_MAPPING]).instead("/{index}/_mapping"),
    passed(INDICES, GET, "/{index}/_mapping", &[needs::GET_MAPPING]),
    passed(INDICES, GET, "/{index}/_mapping/field/{field}", &[needs::GET_MAPPING]),
    passed(INDICES, WRITE, "/{index}/_mapping", &[needs::PUT_MAPPING]).looking_at(Looked::Strings),
    passed(INDICES, ASK, "/_refresh", &[needs::REFRESH]),
    passed(INDICES, ASK, "/{index}/_refresh", &[needs::REFRESH]),
    passed(INDICES, ASK, "/_flush", &[needs::FLUSH]),
    passed(INDICES, ASK, "/{index}/_flush", &[needs::FLUSH]),
    passed(INDICES, POST, "/{index}/_open", &[needs::OPEN]),
    passed(INDICES, POST, "/{index}/_close", &[needs::CLOSE]),
    passed(INDICES, GET, "/_stats", &[needs::STATS]).instead("/{index}/_stats"),
    passed(INDICES, GET, "/_stats/{metric}", &[needs::STATS]).instead("/{index}/_stats/{metric}"),
    passed(INDICES, GET, "/{index}/_stats", &[needs::STATS]),
    passed(INDICES, GET, "/{index}/_stats/{metric}", &[needs::STATS]),
    passed(INDICES, ASK, "/_resolve/index/{index}", &[needs::RESOLVE])
        .looking_at(Looked::Strings)
        .sent_as_get(),
    passed(INDICES, GET, "/_cluster/health/{index}", &[needs::HEALTH]),
    passed(INDICES, GET, "/_cat/indices", &[needs::STATS]).instead("/_cat/indices/{index}"),
    passed(INDICES, GET, "/_cat/indices/{index}", &[needs::STATS]),
    passed(INDICES, ASK, "/_cat/count", &[needs::SEARCH]).looking_at(Looked::Strings).sent_as_get(),
    passed(INDICES, ASK, "/_cat/count/{index}", &[needs::SEARCH]).looking_at(Looked::Strings).sent_as_get(),
    passed(ALIASES, GET, "/_cat/aliases", &[needs::GET_ALIASES]).instead("/_cat/aliases/{index}"),
    passed(ALIASES, GET, "/_cat/aliases/{index}", &[needs::GET_ALIASES]),
    passed(ALIASES, READ, "/_alias", &[needs::GET_ALIASES]).instead("/{index}/_alias"),
    passed(ALIASES, READ, "/_alias/{alias}", &[needs::GET_ALIASES]).instead("/{index}/_alias/{alias}"),
    passed(ALIASES, READ, "/{index}/_alias", &[needs::GET_ALIASES]),
    passed(ALIASES, READ, "/{index}/_alias/{alias}", &[needs::GET_ALIASES]),
    passed(ALIASES, WRITE, "/{index}/_alias/{alias}", &[needs::CHANGE_ALIASES]).looking_at(Looked::Strings),
    passed(ALIASES, WRITE, "/{index}/_aliases/{alias}", &[needs::CHANGE_ALIASES]).looking_at(Looked::Strings),
    passed(ALIASES, DELETE, "/{index}/_alias/{alias}", &[needs::CHANGE_ALIASES]),
    passed(ALIASES, DELETE, "/{index}/_aliases/{alias}", &[needs::CHANGE_ALIASES]),
    passed(ALIASES, POST, "/_aliases", &[needs::CHANGE_ALIASES])
        .looking_at(Looked::Expressions)
        .named(Named::InBody)
        .naming(needs::CHANGE_ALIASES),
    passed(DOCUMENTS, READ, "/{index}/_doc/{id}", &[needs::GET_DOCUMENT]),
    passed(DOCUMENTS, WRITE, "/{index}/_doc/{id}", &[needs::INDEX]),
    passed(DOCUMENTS, DELETE, "/{index}/_doc/{id}", &[needs::DELETE]),
    passed(DOCUMENTS, POST, "/{index}/_doc", &[needs::CREATE]),
    passed(DOCUMENTS, WRITE, "/{index}/_create/{id}", &[needs::CREATE]),
    passed(DOCUMENTS, POST, "/{index}/_update/{id}", &[needs::UPDATE]),
    passed(DOCUMENTS, READ, "/{index}/_source/{id}", &[needs::GET_DOCUMENT]),
    passed(DOCUMENTS, ASK, "/_mget", &[needs::GET_DOCUMENTS])
        .looking_at(Looked::Strings)
        .named(Named::InBody),
    passed(DOCUMENTS, ASK, "/{index}/_mget", &[needs::GET_DOCUMENTS]).looking_at(Looked::Strings),
    passed(DOCUMENTS, WRITE, "/_bulk", &[]).looking_at(Looked::Actions).named(Named::InBody),
    passed(DOCUMENTS, WRITE, "/{index}/_bulk", &[]).looking_at(Looked::Actions).named(Named::InBody),
    passed(DOCUMENTS, POST, "/{index}/_delete_by_query", &[needs::SEARCH, needs::DELETE_BY_QUERY])
        .looking_at(Looked::Strings),
    passed(DOCUMENTS, POST, "/{index}/_update_by_query", &[needs::SEARCH, needs::UPDATE_BY_QUERY])
        .looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_search", &[needs::SEARCH]).looking_at(Looked::Strings).named(Named::ByCursor),
    passed(SEARCHES, ASK, "/{index}/_search", &[needs::SEARCH]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_count", &[needs::SEARCH]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_count", &[needs::SEARCH]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_msearch", &[needs::SEARCHES]).looking_at(Looked::Lines).named(Named::InLines),
    passed(SEARCHES, ASK, "/{index}/_msearch", &[needs::SEARCHES])
        .looking_at(Looked::Lines)
        .named(Named::InLines),
    passed(SEARCHES, ASK, "/_field_caps", &[needs::FIELDS]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_field_caps", &[needs::FIELDS]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_validate/query", &[needs::VALIDATE]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_validate/query", &[needs::VALIDATE]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/{index}/_explain/{id}", &[needs::EXPLAIN]).looking_at(Looked::Strings),
    passed(SEARCHES, ASK, "/_analyze", &[needs::ANALYZE_TEXT]),
    passed(SEARCHES, ASK, "/{index}/_analyze", &[needs::ANALYZE]),
    passed(SEARCHES, ASK, "/_search/scroll", &[needs::SCROLL])
        .looking_at(Looked::Cursors)
        .named(Named::ByCursor),
    passed(SEARCHES, ASK, "/_search/scroll/{scroll_id}", &[needs::SCROLL])
        .looking_at(Looked::Cursors)
        .named(Named::ByCursor),
    passed(SEARCHES, DELETE, "/_search/scroll", &[needs::CLEAR_SCROLL])
        .looking_at(Looked::Cursors)
        .named(Named::ByCursor),
    passed(SEARCHES, DELETE, "/_search/scroll/{scroll_id}", &[needs::CLEAR_SCROLL])
        .looking_at(Looked::Cursors)
        .named(Named::ByCursor),
    passed(SEARCHES, POST, "/{index}/_search/point_in_time", &[needs::OPEN_POINT]),
    passed(SEARCHES, DELETE, "/_search/point_in_time", &[needs::CLOSE_POINT])
        .looking_at(Looked::Cursors)
        .named(Named::ByCursor),
    passed(SEARCHES, POST, "/{index}/_pit", &[needs::OPEN_POINT]).looking_at(Looked::Strings),
    passed(SEARCHES, DELETE, "/_pit", &[needs::CLOSE_POINT])
        .looking_at(Looked::Strings)
        .named(Named::ByCursor),
    passed(PIPELINES, GET, "/_ingest/pipeline", &[needs::GET_PIPELINE]),
    passed(PIPELINES, GET, "/_ingest/pipeline/{pipeline}", &[needs::GET_PIPELINE]),
    passed(PIPELINES, PUT, "/_ingest/pipeline/{pipeline}", &[needs::PUT_PIPELINE])
        .looking_at(Looked::Processors),
    passed(PIPELINES, DELETE, "/_ingest/pipeline/{pipeline}", &[needs::DELETE_PIPELINE]),
    passed(PIPELINES, ASK, "/_ingest/pipeline/_simulate", &[needs::SIMULATE_PIPELINE])
        .looking_at(Looked::Processors),
    passed(PIPELINES, ASK, "/_ingest/pipeline/{pipeline}/_simulate", &[needs::SIMULATE_PIPELINE])
        .looking_at(Looked::Processors),
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
            let is_declared = passed.looked == Looked::Actions || !passed.needs.is_empty();
            assert!(is_declared, "{} {:?} needs nothing", passed.path, passed.methods);
            assert!(passed.instead.is_none_or(|instead| instead.contains("{index}")), "{}", passed.path);
        }
    }
}
