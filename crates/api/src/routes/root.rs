//! `GET /`: who answers here.

use actix_web::http::Method;
use serde_json::json;

use crate::call::Call;
use crate::endpoint::{Answer, Body, Endpoint, handler};
use crate::error::ApiError;
use crate::reply::Reply;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "info",
    method: Method::GET,
    path: "/",
    parameters: &[],
    body: Body::None,
    answers: &[Answer { status: 200, description: "name, cluster_name, version and tagline" }],
    errors: &[],
    summary: "Tells who answers here and which version of the APIs is served.",
    extension: false,
    handler: handler!(info),
};

async fn info(call: Call) -> Result<Reply, ApiError> {
    let identity = &call.api.identity;
    let major = identity.version.split('.').next().unwrap_or_default();
    let previous = major.parse::<u32>().map_or(0, |major| major.saturating_sub(1));
    Ok(Reply::ok(
        json!({
            "name": identity.name,
            "cluster_name": identity.cluster_name,
            "version": {
                "number": identity.version,
                "build_flavor": "default",
                "build_type": "tributary",
                "build_snapshot": false,
                "minimum_wire_compatibility_version": format!("{previous}.19.0"),
                "minimum_index_compatibility_version": format!("{previous}.0.0"),
            },
            "tagline": "You Know, for Search",
        })
        .to_string(),
    ))
}
