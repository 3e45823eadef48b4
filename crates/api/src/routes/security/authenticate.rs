//! `GET /_security/_authenticate`: who the caller is.

use std::collections::BTreeMap;

use super::REALM;
use super::shapes::{Authenticated, OwnApiKey, Realm};
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, handler};
use crate::error::ApiError;

const ANSWER: &str = r#"{
  "username": "admin",
  "roles": [],
  "full_name": null,
  "email": null,
  "metadata": {},
  "enabled": true,
  "authentication_realm": {"name": "_es_api_key", "type": "_es_api_key"},
  "lookup_realm": {"name": "_es_api_key", "type": "_es_api_key"},
  "authentication_type": "api_key",
  "api_key": {"id": "019f0d2b-5c1e-7cc0-8f62-0f6cb1d8f0a1", "name": "worker", "managed_by": "elasticsearch"}
}"#;
const ANONYMOUS: &str = "__anonymous";
/// Who manages keys, in contrast to those of a cloud.
const MANAGED_BY: &str = "elasticsearch";

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "security.authenticate",
    path: "/_security/_authenticate",
    access: Access::Authenticated,
    answers: &[Answer {
        status: 200,
        description: "The user and the API key of the request; without security, the user `anonymous`.",
        content: Content::of::<Authenticated<'_>>(ANSWER),
    }],
    summary: "Tells who the caller is.",
    handler: handler!(authenticate),
    ..Endpoint::BASE
};

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn authenticate(call: Call) -> Result<Reply, ApiError> {
    let caller = call.principal();
    let name = if caller.key().is_some() { REALM } else { ANONYMOUS };
    let realm = Realm { name, kind: name };
    Ok(Reply::json(&Authenticated {
        username: caller.name(),
        roles: [],
        full_name: None,
        email: None,
        metadata: BTreeMap::new(),
        enabled: true,
        authentication_realm: realm.clone(),
        lookup_realm: realm,
        authentication_type: if caller.key().is_some() { "api_key" } else { "anonymous" },
        api_key: caller.key().map(|key| OwnApiKey { id: &key.id, name: &key.name, managed_by: MANAGED_BY }),
    }))
}
