//! One function for each kind of input; each panics if an answer is not as promised.

mod body;
mod bulk;
mod cursor;
mod filter_path;
mod import;
mod keys;
mod query_string;
mod search;

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is also that of its corpus.
    pub name: &'static str,
    /// Checks an input.
    pub check: fn(&[u8]),
}

macro_rules! targets {
    ($($name:ident),+) => {
        &[$(Target { name: stringify!($name), check: $name::check }),+]
    };
}

/// All of them.
pub const TARGETS: &[Target] = targets![body, bulk, cursor, filter_path, import, keys, query_string, search];

/// Words that inputs are made of: names and values that the declarations know, and what is at the edge of something.
pub fn words() -> Vec<Vec<u8>> {
    let endpoints = || tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS);
    let parameters = endpoints().flat_map(|endpoint| endpoint.own_parameters());
    let names = parameters.chain(tributary_api::COMMON_PARAMETERS).map(|parameter| parameter.name);
    let parts = endpoints().flat_map(|endpoint| endpoint.path.split('/'));
    let texts = names.chain(parts).chain(EDGES.iter().copied()).filter(|word| !word.is_empty());
    let mut words: Vec<Vec<u8>> = texts.map(|word| word.as_bytes().to_vec()).collect();
    words.extend([&b"\xff"[..], b"\0", b"\xc3\xbc", b"\xef\xbb\xbf", b"\xed\xa0\x80"].map(<[u8]>::to_vec));
    words.sort();
    words.dedup();
    words
}

/// What is at the edge of something, or means something somewhere.
pub(crate) const EDGES: &[&str] = &[
    "0",
    "-1",
    "1",
    "10000",
    "10001",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "1e400",
    "1.10",
    "-0.0",
    "0x1",
    "NaN",
    "null",
    "true",
    "false",
    "\"\"",
    "[]",
    "{}",
    "[[[[",
    "{\"a\":",
    ",",
    ":",
    "&",
    "=",
    "%",
    "%2",
    "%00",
    "%2C",
    "%26",
    "%FF",
    "%C3%BC",
    "\\",
    "\\\"",
    "\\u0000",
    "\\ud800",
    "*",
    "**",
    "**.",
    "-",
    ".",
    "..",
    "_id",
    "_source",
    "_index",
    "_doc",
    "_all",
    "id",
    "status",
    "pending",
    "in_progress",
    "canceling",
    "completed",
    "error",
    "suspended",
    "job_type",
    "full",
    "incremental",
    "access_control",
    "created_at",
    "completed_at",
    "connector.id",
    "connector_id",
    "index_name",
    "name",
    "service_type",
    "configuration",
    "values",
    "filtering",
    "rules",
    "advanced_snippet",
    "scheduling",
    "interval",
    "pipeline",
    "features",
    "results",
    "count",
    "hits",
    "now",
    "now-1d/d",
    "now/y",
    "2026",
    "2026-01-01T00:00:00Z",
    "2026-01-31||+1M/d",
    "-9999||-1y",
    "1ms",
    "1d",
    "query",
    "bool",
    "must",
    "must_not",
    "should",
    "filter",
    "term",
    "terms",
    "range",
    "exists",
    "match_all",
    "ids",
    "wildcard",
    "sort",
    "size",
    "from",
    "search_after",
    "aggs",
    "gte",
    "lt",
    "doc",
    "upsert",
    "script",
    "create",
    "index",
    "update",
    "delete",
    "if_seq_no",
    "if_primary_term",
    ".elastic-connectors",
    ".elastic-connectors-v1",
    ".elastic-connectors-sync-jobs",
    "_sync_job",
    "_secret",
    "_watch",
    "_stream",
    "(a*)*b",
    "ApiKey ",
    "Bearer ",
    "YWRtaW46",
    "admin:",
    "cluster",
    "applications",
    "resources",
    "connector:",
    "role_descriptors",
    "expiration",
    "metadata",
    "(?=a)",
    "[",
    "0 0 0 * * ?",
    "0 0/5 * ? * 6#3",
    "L",
    "\n",
    "\r\n",
    "\t",
    " ",
    "c",
    "d",
    "ü",
];
