//! `GET /`: information about the service.

use crate::answer::{Information, Reply, VersionInformation};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

const EXAMPLE: &str = r#"{
  "name": "tributary",
  "cluster_name": "tributary",
  "cluster_uuid": "_na_",
  "version": {
    "number": "9.5.0",
    "build_flavor": "default",
    "build_type": "tributary",
    "build_hash": "unknown",
    "build_date": "unknown",
    "build_snapshot": false,
    "lucene_version": "none",
    "minimum_wire_compatibility_version": "8.19.0",
    "minimum_index_compatibility_version": "8.0.0"
  },
  "tagline": "You Know, for Search"
}"#;

pub(super) const ENDPOINT: Endpoint = Endpoint {
    name: "info",
    path: "/",
    access: Access::Needs(Privilege::Monitor),
    answers: &[Answer {
        status: 200,
        description: "Name, cluster, version and tagline.",
        content: Content::of::<Information<'_>>(EXAMPLE),
    }],
    summary: "Tells who answers here and which version of the APIs is served.",
    handler: handler!(info),
    ..Endpoint::BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn info(call: Call) -> Result<Reply, ApiError> {
    let identity = &call.state.identity;
    let major = identity.version.split('.').next().unwrap_or_default();
    let previous = major.parse::<u32>().map_or(0, |major| major.saturating_sub(1));
    Ok(Reply::json(&Information {
        name: &identity.name,
        cluster_name: &identity.cluster_name,
        // Typed clients reject an answer that lacks one of these.
        cluster_uuid: "_na_",
        version: VersionInformation {
            number: &identity.version,
            build_flavor: "default",
            build_type: "tributary",
            build_hash: "unknown",
            build_date: "unknown",
            build_snapshot: false,
            lucene_version: "none",
            minimum_wire_compatibility_version: format!("{previous}.19.0"),
            minimum_index_compatibility_version: format!("{previous}.0.0"),
        },
        tagline: "You Know, for Search",
    }))
}
