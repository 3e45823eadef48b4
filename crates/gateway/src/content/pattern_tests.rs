//! Which requests are admitted, and how their index expressions are rewritten.

use super::super::rights::tests::rights;
use super::*;

const EXCLUDED: &str = "-.tributary-*,-.elastic-connectors*,-*.tributary-*,-*.elastic-connectors*";

fn admitted(method: &str, path: &str, more: &[&str]) -> Result<String, ApiError> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let more: Vec<AllowedMore> = more.iter().map(|text| text.parse().unwrap()).collect();
    let mut target = Target::parse(path, query)?;
    admit(&OwnNames::new(""), &more, &Rights::everything(), method, &mut target)?;
    Ok(target.encoded())
}

#[test]
fn what_is_passed_on_and_how() {
    for (method, path, expected) in [
        ("GET", "/search-a", "/search-a"),
        ("POST", "/_resolve/index/a", "/_resolve/index/a"),
        ("POST", "/_cat/count", "/_cat/count"),
        ("POST", "/_cat/count/a", "/_cat/count/a"),
        ("PUT", "/a/_doc/,", "/a/_doc/,"),
        ("HEAD", "/search-a", "/search-a"),
        ("GET", "/_cat/indices", &*format!("/_cat/indices/*,{EXCLUDED}")),
        ("GET", "/_cat/indices/*?v", &*format!("/_cat/indices/*,{EXCLUDED}?v")),
        ("GET", "/*/_stats", &*format!("/*,{EXCLUDED}/_stats")),
        ("GET", "/_stats/docs", &*format!("/*,{EXCLUDED}/_stats/docs")),
        ("GET", "/_alias/a", &*format!("/*,{EXCLUDED}/_alias/a")),
        ("DELETE", "/search-*", "/search-*"),
        ("DELETE", "/_all", &*format!("/*,{EXCLUDED}")),
        ("GET", "/_all/_search", &*format!("/*,{EXCLUDED}/_search")),
        ("POST", "/_search?size=1", "/_search?size=1"),
        ("GET", "/*/_search?expand_wildcards=all", &*format!("/*,{EXCLUDED}/_search?expand_wildcards=all")),
        ("PUT", "/a/_doc/.elastic-connectors", "/a/_doc/.elastic-connectors"),
        ("PUT", "/%3Ca-%7Bnow%2Fd%7D%3E", "/%3Ca-%7Bnow%2Fd%7D%3E"),
    ] {
        assert_eq!(admitted(method, path, &[]).unwrap(), expected, "{method} {path}");
    }
    for (method, path, status) in [
        ("GET", "/.elastic-connectors", 400),
        ("GET", "/%2Eelastic-connectors/_search", 400),
        ("GET", "/.%65lastic-connectors-v1/_doc/1", 400),
        ("GET", "/a,.elastic-connectors/_search", 400),
        ("DELETE", "/.elastic-connectors-sync-jobs-v1", 400),
        ("GET", "/_cat/indices/.tributary-secrets-v1", 400),
        ("PUT", "/a/_alias/.elastic-connectors", 400),
        ("GET", "/_alias/.elastic-connectors", 400),
        ("GET", "/_resolve/index/.elastic-connectors", 400),
        ("GET", "/,/_search?expand_wildcards=all", 400),
        ("GET", "/%2C/_search", 400),
        ("GET", "/a,,b/_search", 400),
        ("GET", "/_alias/,", 400),
        ("GET", "/a/_alias/b,", 400),
        ("GET", "/,/_alias/b", 400),
        ("GET", "/_cat/indices/,", 400),
        ("GET", "/_cat/aliases/%20,", 400),
        ("GET", "/_cluster/health/,,", 400),
        ("GET", "/_resolve/index/,", 400),
        ("POST", "/,/_pit", 400),
        ("GET", "/,/_mapping", 400),
        ("POST", "/,/_update_by_query", 400),
        ("DELETE", "/,", 400),
        ("GET", "/bb16-.tributary-secrets-v1/_search", 400),
        ("GET", "/_search?expand_wildcards=all", 400),
        ("POST", "/_search?expand_wildcards=hidden", 400),
        ("GET", "/_cluster/settings", 403),
        ("PUT", "/_security/api_key", 403),
        ("GET", "/_snapshot", 403),
        ("POST", "/_reindex", 403),
        ("PUT", "/_scripts/a", 403),
        ("POST", "/a/_rollover", 403),
        ("DELETE", "/_search/point_in_time/_all", 403),
        ("GET", "/_tasks/1", 403),
        ("PATCH", "/a", 403),
        ("GET", "/_cat", 403),
        ("PUT", "/_settings", 403),
    ] {
        let refused = admitted(method, path, &[]).unwrap_err();
        assert_eq!(refused.status(), status, "{method} {path}: {refused}");
    }
    let refused = admitted("PUT", "/_security/api_key", &[]).unwrap_err().to_string();
    assert!(refused.contains("--content-allow 'PUT /_security/api_key'"), "{refused}");
}

#[test]
fn a_setting_allows_more() {
    for (more, method, path) in [
        ("GET /_tasks/*", "GET", "/_tasks/a:1"),
        ("GET /_tasks/*", "HEAD", "/_tasks/a:1"),
        ("*/_rollover", "POST", "/a/_rollover"),
        ("GET|PUT _cluster/set*", "PUT", "/_cluster/settings"),
        ("/_ilm/**", "GET", "/_ilm/policy/a"),
    ] {
        assert!(admitted(method, path, &[more]).is_ok(), "{more} {method} {path}");
    }
    for (more, method, path, status) in [
        ("GET /_tasks/*", "POST", "/_tasks/a", 403),
        ("GET /_tasks/*", "GET", "/_tasks", 403),
        ("GET /_tasks/*", "GET", "/_tasks/a/b", 403),
        ("/_ilm/**", "GET", "/_ilm", 403),
        ("*/_rollover", "POST", "/.elastic-connectors/_rollover", 400),
        ("/_cat/*/*", "GET", "/_cat/shards/.elastic-connectors", 400),
        ("/_cat/*/*", "GET", "/_cat/shards/*", 400),
        ("/_cat/*/*", "GET", "/_cat/shards/_all", 400),
        ("/_cat/*/*", "GET", "/_cat/shards/,", 400),
        ("/_cat/*/*", "GET", "/_cat/shards/a,", 400),
        ("*/_rollover", "POST", "/,/_rollover", 400),
    ] {
        let refused = admitted(method, path, &[more]).unwrap_err();
        assert_eq!(refused.status(), status, "{more} {method} {path}: {refused}");
    }
    assert_eq!(
        admitted("POST", "/*/_rollover", &["*/_rollover"]).unwrap(),
        format!("/*,{EXCLUDED}/_rollover")
    );
    for wrong in ["", "get /a", "GET", "GET /a//b", "GET /a b"] {
        let read = wrong.parse::<AllowedMore>();
        assert!(read.is_err() || wrong == "GET", "{wrong}: {read:?}");
    }
}

#[test]
fn requests_are_refused_without_a_privilege_for_what_they_name() {
    let reader = rights(&[], &[("search-*", &["read"])]);
    let writer = rights(&[], &[("search-*", &["write"])]);
    let viewer = rights(&[], &[("search-*", &["view_index_metadata"])]);
    let owner = rights(&[], &[("search-*", &["all"])]);
    let monitor = rights(&["monitor"], &[]);
    let manager = rights(&["manage"], &[]);
    let everything = rights(&[], &[("*", &["all"])]);
    let callers = [&reader, &writer, &viewer, &owner, &monitor, &manager, &everything];
    let more = ["*/_rollover/*", "/_tasks/*", "/_sql"].map(|text| text.parse().unwrap());
    for (method, path, expected) in [
        ("POST", "/search-a/_search", "r--o--e"),
        ("POST", "/search-a,search-b*/_count", "r--o--e"),
        ("POST", "/search-*,-search-b/_search", "r--o--e"),
        ("POST", "/foreign/_search", "------e"),
        ("POST", "/search-a,foreign/_search", "------e"),
        ("POST", "/*/_search", "------e"),
        ("POST", "/_all/_count", "------e"),
        ("POST", "/%3Csearch-%7Bnow%2Fd%7D%3E/_search", "------e"),
        ("POST", "/_count", "------e"),
        ("GET", "/search-a/_doc/1", "r--o--e"),
        ("PUT", "/search-a/_doc/1", "-w-o--e"),
        ("POST", "/search-a/_update/1", "-w-o--e"),
        ("DELETE", "/search-a/_doc/1", "-w-o--e"),
        ("POST", "/search-a/_delete_by_query", "---o--e"),
        ("GET", "/search-a", "--vo--e"),
        ("GET", "/search-a/_mapping", "--vo--e"),
        ("PUT", "/search-a/_mapping", "---o--e"),
        ("PUT", "/search-a", "---o--e"),
        ("DELETE", "/search-a", "---o--e"),
        ("DELETE", "/search-*", "---o--e"),
        ("DELETE", "/_all", "------e"),
        ("POST", "/search-a/_refresh", "---o--e"),
        ("POST", "/_refresh", "------e"),
        ("POST", "/search-a/_field_caps", "r-vo--e"),
        ("GET", "/_mapping", "------e"),
        ("GET", "/_alias/search-a", "------e"),
        ("GET", "/search-a/_alias/foreign", "--vo--e"),
        ("PUT", "/search-a/_alias/search-b", "---o--e"),
        ("PUT", "/search-a/_alias/foreign", "------e"),
        ("DELETE", "/foreign/_alias/search-a", "------e"),
        ("DELETE", "/search-a/_alias/*", "------e"),
        ("GET", "/_cat/indices", "----mne"),
        ("GET", "/_cat/indices/search-a", "---omne"),
        ("GET", "/_stats/docs", "----mne"),
        ("GET", "/_cluster/health/foreign", "----mne"),
        ("GET", "/_ingest/pipeline/a", "-----ne"),
        ("PUT", "/_ingest/pipeline/a", "-----ne"),
        ("POST", "/_analyze", "----mne"),
        ("POST", "/foreign/_analyze", "------e"),
        ("POST", "/search-a/_pit", "r--o--e"),
        ("GET", "/_tasks/1", "----mne"),
        ("POST", "/_tasks/1", "------e"),
        ("POST", "/_sql", "------e"),
        ("POST", "/search-a/_rollover/search-b", "---o--e"),
        ("POST", "/search-a/_rollover/foreign", "------e"),
    ] {
        let letters = callers.iter().zip("rwvomne".chars()).map(|(caller, letter)| {
            let mut target = Target::parse(path, "").unwrap();
            match admit(&OwnNames::new(""), &more, caller, method, &mut target) {
                Ok(_) => letter,
                Err(refused) => {
                    assert!(matches!(refused, ApiError::ForbiddenIndices { .. }), "{refused}");
                    '-'
                }
            }
        });
        assert_eq!(letters.collect::<String>(), expected, "{method} {path}");
    }
}
