//! Parameters that several endpoints of control indices take.

use tributary_api::{Access, Endpoint, Parameter, ParameterKind, Privilege};

use crate::control::CHOICES;

/// A parameter that has no effect on a control index.
const fn ignored(name: &'static str, kind: ParameterKind) -> Parameter {
    Parameter::new(name, kind, "Taken for the sake of clients, without effect.")
}

/// Parameters on which indices a name stands for.
pub(super) const INDICES: &[Parameter] = &[
    ignored("expand_wildcards", ParameterKind::TextList),
    ignored("ignore_unavailable", ParameterKind::Boolean),
    ignored("allow_no_indices", ParameterKind::Boolean),
    ignored("local", ParameterKind::Boolean),
    ignored("master_timeout", ParameterKind::FreeText),
    ignored("timeout", ParameterKind::FreeText),
    ignored("include_type_name", ParameterKind::Boolean),
    ignored("flat_settings", ParameterKind::Boolean),
    ignored("include_defaults", ParameterKind::Boolean),
    ignored("features", ParameterKind::TextList),
    ignored("wait_for_active_shards", ParameterKind::FreeText),
    ignored("write_index_only", ParameterKind::Boolean),
];

/// Parameters on how documents are read.
pub(super) const READING: &[Parameter] = &[
    ignored("preference", ParameterKind::FreeText),
    ignored("routing", ParameterKind::FreeText),
    ignored("realtime", ParameterKind::Boolean),
    ignored("refresh", ParameterKind::FreeText),
];

/// Parameters on how documents are searched.
pub(super) const SEARCHING: &[Parameter] = &[
    ignored("expand_wildcards", ParameterKind::TextList),
    ignored("ignore_unavailable", ParameterKind::Boolean),
    ignored("allow_no_indices", ParameterKind::Boolean),
    ignored("preference", ParameterKind::FreeText),
    ignored("routing", ParameterKind::FreeText),
    ignored("request_cache", ParameterKind::Boolean),
    ignored("search_type", ParameterKind::FreeText),
    ignored("typed_keys", ParameterKind::Boolean),
    ignored("allow_partial_search_results", ParameterKind::Boolean),
    ignored("batched_reduce_size", ParameterKind::FreeText),
    ignored("ccs_minimize_roundtrips", ParameterKind::Boolean),
    ignored("max_concurrent_shard_requests", ParameterKind::FreeText),
    ignored("pre_filter_shard_size", ParameterKind::FreeText),
    ignored("ignore_throttled", ParameterKind::Boolean),
    ignored("timeout", ParameterKind::FreeText),
];

/// Parameters on how documents are written.
pub(super) const WRITING: &[Parameter] = &[
    ignored("refresh", ParameterKind::FreeText),
    ignored("routing", ParameterKind::FreeText),
    ignored("timeout", ParameterKind::FreeText),
    ignored("wait_for_active_shards", ParameterKind::FreeText),
    ignored("require_alias", ParameterKind::Boolean),
    ignored("include_source_on_error", ParameterKind::Boolean),
];

/// The base of endpoints that read control indices.
pub(super) const READ: Endpoint =
    Endpoint { choices: CHOICES, access: Access::Needs(Privilege::MonitorConnector), ..Endpoint::BASE };

/// The base of endpoints that change control indices.
pub(super) const CHANGE: Endpoint =
    Endpoint { choices: CHOICES, access: Access::Needs(Privilege::ManageConnector), ..Endpoint::BASE };
