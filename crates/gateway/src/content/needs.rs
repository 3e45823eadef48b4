//! What requests need of the indices that they are about, in Elasticsearch's names.

use tributary_domain::Privilege;

/// What an action needs of an index: one of some index privileges, or a cluster privilege whatever the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Elasticsearch's name of the action.
    pub action: &'static str,
    /// The index privileges that would do, the least powerful first.
    pub privileges: &'static [&'static str],
    /// A cluster privilege that would do as well.
    pub cluster: Option<Privilege>,
}

impl Need {
    const fn of(action: &'static str, privileges: &'static [&'static str]) -> Self {
        Self { action, privileges, cluster: None }
    }

    /// Whether such an action changes something.
    #[must_use]
    pub fn is_change(&self) -> bool {
        const CHANGES: &[&str] = &[
            "/write/",
            "/create",
            "/delete",
            "/update",
            "/put",
            "/open",
            "/close",
            "admin/aliases",
            "pipeline/put",
        ];
        let is_cursor = self.action.contains("point_in_time");
        !is_cursor
            && !self.action.ends_with("/get")
            && CHANGES.iter().any(|change| self.action.contains(change))
    }

    const fn or_cluster(self, privilege: Privilege) -> Self {
        Self { cluster: Some(privilege), ..self }
    }
}

/// Where a request names the indices that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// In its path; without an index there, it is about all of them.
    InPath,
    /// In its body alone.
    InBody,
    /// In the header lines of its body, and where one names none, as `InPath`.
    InLines,
    /// As `InPath`, or by a scroll or a point in time that the same key has opened.
    ByCursor,
}

const READS: &[&str] = &["read", "all"];
const VIEWS: &[&str] = &["view_index_metadata", "manage", "all"];
const MONITORS: &[&str] = &["monitor", "manage", "all"];
const MANAGES: &[&str] = &["manage", "all"];
const MAINTAINS: &[&str] = &["maintenance", "manage", "all"];

pub(super) const GET_INDEX: Need = Need::of("indices:admin/get", VIEWS);
pub(super) const CREATE_INDEX: Need = Need::of("indices:admin/create", &["create_index", "manage", "all"]);
pub(super) const DELETE_INDEX: Need = Need::of("indices:admin/delete", &["delete_index", "manage", "all"]);
pub(super) const GET_SETTINGS: Need =
    Need::of("indices:monitor/settings/get", &["view_index_metadata", "monitor", "manage", "all"]);
pub(super) const PUT_SETTINGS: Need = Need::of("indices:admin/settings/update", MANAGES);
pub(super) const GET_MAPPING: Need = Need::of("indices:admin/mappings/get", VIEWS);
pub(super) const PUT_MAPPING: Need = Need::of("indices:admin/mapping/put", MANAGES);
pub(super) const REFRESH: Need = Need::of("indices:admin/refresh", MAINTAINS);
pub(super) const FLUSH: Need = Need::of("indices:admin/flush", MAINTAINS);
pub(super) const OPEN: Need = Need::of("indices:admin/open", MANAGES);
pub(super) const CLOSE: Need = Need::of("indices:admin/close", MANAGES);
pub(super) const STATS: Need = Need::of("indices:monitor/stats", MONITORS).or_cluster(Privilege::Monitor);
pub(super) const HEALTH: Need = Need::of("cluster:monitor/health", MONITORS).or_cluster(Privilege::Monitor);
pub(super) const RESOLVE: Need = Need::of("indices:admin/resolve/index", VIEWS);
pub(super) const GET_ALIASES: Need = Need::of("indices:admin/aliases/get", VIEWS);
pub(super) const CHANGE_ALIASES: Need = Need::of("indices:admin/aliases", MANAGES);
pub(super) const GET_DOCUMENT: Need = Need::of("indices:data/read/get", READS);
pub(super) const GET_DOCUMENTS: Need = Need::of("indices:data/read/mget", READS);
pub(super) const INDEX: Need = Need::of("indices:data/write/index", &["create", "index", "write", "all"]);
pub(super) const CREATE: Need =
    Need::of("indices:data/write/index:op_type/create", &["create_doc", "create", "index", "write", "all"]);
pub(super) const UPDATE: Need = Need::of("indices:data/write/update", &["index", "write", "all"]);
pub(super) const DELETE: Need = Need::of("indices:data/write/delete", &["delete", "write", "all"]);
pub(super) const DELETE_BY_QUERY: Need =
    Need::of("indices:data/write/delete/byquery", &["delete", "write", "all"]);
pub(super) const UPDATE_BY_QUERY: Need =
    Need::of("indices:data/write/update/byquery", &["index", "write", "all"]);
pub(super) const SEARCH: Need = Need::of("indices:data/read/search", READS);
pub(super) const SEARCHES: Need = Need::of("indices:data/read/msearch", READS);
pub(super) const FIELDS: Need =
    Need::of("indices:data/read/field_caps", &["read", "view_index_metadata", "manage", "all"]);
pub(super) const VALIDATE: Need = Need::of("indices:admin/validate/query", VIEWS);
pub(super) const EXPLAIN: Need = Need::of("indices:data/read/explain", READS);
pub(super) const ANALYZE: Need = Need::of("indices:admin/analyze", MANAGES);
pub(super) const ANALYZE_TEXT: Need = ANALYZE.or_cluster(Privilege::Monitor);
pub(super) const SCROLL: Need = Need::of("indices:data/read/scroll", READS);
pub(super) const CLEAR_SCROLL: Need = Need::of("indices:data/read/scroll/clear", READS);
pub(super) const OPEN_POINT: Need = Need::of("indices:data/read/open_point_in_time", READS);
pub(super) const CLOSE_POINT: Need = Need::of("indices:data/read/close_point_in_time", READS);
pub(super) const GET_PIPELINE: Need =
    Need::of("cluster:admin/ingest/pipeline/get", MANAGES).or_cluster(Privilege::Manage);
pub(super) const PUT_PIPELINE: Need =
    Need::of("cluster:admin/ingest/pipeline/put", MANAGES).or_cluster(Privilege::Manage);
pub(super) const DELETE_PIPELINE: Need =
    Need::of("cluster:admin/ingest/pipeline/delete", MANAGES).or_cluster(Privilege::Manage);
pub(super) const SIMULATE_PIPELINE: Need =
    Need::of("cluster:admin/ingest/pipeline/simulate", MANAGES).or_cluster(Privilege::Manage);
/// Monitoring of the cluster that `content_allow` allows.
pub(super) const MONITOR_MORE: Need =
    Need::of("cluster:monitor/content_allow", &["all"]).or_cluster(Privilege::Monitor);
/// Anything else that `content_allow` allows: nobody here knows what it does.
pub(super) const MORE: Need = Need::of("indices:content_allow", &["all"]);
/// A pipeline that sends documents to another index.
pub(super) const SEND_ELSEWHERE: Need = Need::of("indices:data/write/bulk", &["write", "all"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_known_by_its_action() {
        for change in [
            CREATE_INDEX,
            DELETE_INDEX,
            PUT_SETTINGS,
            PUT_MAPPING,
            OPEN,
            CLOSE,
            CHANGE_ALIASES,
            INDEX,
            CREATE,
            UPDATE,
            DELETE,
            DELETE_BY_QUERY,
            UPDATE_BY_QUERY,
            PUT_PIPELINE,
            DELETE_PIPELINE,
            SEND_ELSEWHERE,
        ] {
            assert!(change.is_change(), "{change:?}");
        }
        for other in [
            GET_INDEX,
            GET_SETTINGS,
            GET_MAPPING,
            REFRESH,
            FLUSH,
            STATS,
            HEALTH,
            RESOLVE,
            GET_ALIASES,
            GET_DOCUMENT,
            SEARCH,
            VALIDATE,
            ANALYZE,
            SCROLL,
            CLEAR_SCROLL,
            OPEN_POINT,
            CLOSE_POINT,
            GET_PIPELINE,
            SIMULATE_PIPELINE,
        ] {
            assert!(!other.is_change(), "{other:?}");
        }
    }
}
