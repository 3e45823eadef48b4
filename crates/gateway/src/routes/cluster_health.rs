//! `GET /_cluster/health`: whether the store is ready.

use serde_json::json;
use tributary_api::{
    Access, Answer, ApiError, Call, Content, Endpoint, Handler, Parameter, ParameterKind, Privilege, Reply,
};
use tributary_domain::Document;
use tributary_service::health;

/// Parameters on what to wait for, which is not done: the answer is about now.
const PARAMETERS: &[Parameter] = &[
    ignored("wait_for_status"),
    ignored("wait_for_nodes"),
    ignored("wait_for_active_shards"),
    ignored("wait_for_no_relocating_shards"),
    ignored("wait_for_no_initializing_shards"),
    ignored("wait_for_events"),
    ignored("timeout"),
    ignored("master_timeout"),
    ignored("level"),
    ignored("local"),
    ignored("expand_wildcards"),
];

const fn ignored(name: &'static str) -> Parameter {
    Parameter::new(name, ParameterKind::FreeText, "Taken for the sake of clients, without effect.")
}

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "cluster.health",
    path: "/_cluster/health",
    access: Access::Needs(Privilege::Monitor),
    parameters: &[PARAMETERS],
    answers: &[Answer {
        status: 200,
        description: "Green if the store is ready, red if not.",
        content: Content::of::<Document>(
            r#"{"cluster_name": "tributary", "status": "green", "timed_out": false}"#,
        ),
    }],
    summary: "Says whether the store is ready.",
    handler: Handler::Here(|call| Box::pin(cluster_health(call))),
    ..Endpoint::BASE
};

async fn cluster_health(call: Call) -> Result<Reply, ApiError> {
    let is_ready = health::ready(call.store(), &call.context()).await.is_ok();
    let (status, percent) = if is_ready { ("green", 100.0) } else { ("red", 0.0) };
    Ok(Reply::json(&json!({
        "cluster_name": call.identity().cluster_name,
        "status": status,
        "timed_out": false,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": 1,
        "active_shards": 1,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": 0,
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": 0,
        "active_shards_percent_as_number": percent,
    })))
}
