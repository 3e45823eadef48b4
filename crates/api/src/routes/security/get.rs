//! `GET /_security/api_key`: finds API keys.

use actix_web::http::StatusCode;
use tributary_service::access::{self, KeyFilter};

use super::shapes::{ApiKeys, ShownApiKey};
use super::{REALM, check_reach};
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::parameter::{Parameter, ParameterKind};

const EXAMPLE: &str = r#"{
  "api_keys": [
    {
      "id": "019f0d2b-5c1e-7cc0-8f62-0f6cb1d8f0a1",
      "name": "worker",
      "type": "rest",
      "creation": 1790985600000,
      "expiration": 1798761600000,
      "invalidated": false,
      "username": "admin",
      "realm": "_es_api_key",
      "realm_type": "_es_api_key",
      "metadata": {"team": "search"},
      "role_descriptors": {
        "worker": {"cluster": ["work_connector"], "indices": [], "applications": [], "run_as": []}
      }
    }
  ]
}"#;

const ID: Parameter = Parameter::new("id", ParameterKind::Text, "The key with this id.");
const NAME: Parameter =
    Parameter::new("name", ParameterKind::Text, "Keys of this name; `*` stands for any text.");
const OWNER: Parameter = Parameter {
    name: "owner",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Only the key of the caller, and those that were created with it.",
};
const REALM_NAME: Parameter = Parameter::new(
    "realm_name",
    ParameterKind::Text,
    "The realm of the keys; all of them are in `_es_api_key`.",
);
const USERNAME: Parameter = Parameter::new("username", ParameterKind::Text, "The user of the keys.");
const ACTIVE_ONLY: Parameter = Parameter {
    name: "active_only",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Only keys that are neither invalidated nor expired.",
};
const WITH_LIMITED_BY: Parameter = Parameter {
    name: "with_limited_by",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether to answer the roles that limit each key as well: those of the keys with which it was created.",
};
const WITH_PROFILE_UID: Parameter = Parameter {
    name: "with_profile_uid",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Accepted as in Elasticsearch; there are no user profiles.",
};

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "security.get_api_key",
    path: "/_security/api_key",
    access: Access::Needs(Privilege::ManageOwnApiKey),
    parameters: &[&[ID, NAME, OWNER, REALM_NAME, USERNAME, ACTIVE_ONLY, WITH_LIMITED_BY, WITH_PROFILE_UID]],
    answers: &[
        Answer {
            status: 200,
            description: "The keys, without their secrets.",
            content: Content::of::<ApiKeys<'_>>(EXAMPLE),
        },
        Answer {
            status: 404,
            description: "No key has the id or the name that was asked for.",
            content: Content::of::<ApiKeys<'_>>(r#"{"api_keys": []}"#),
        },
    ],
    summary: "Answers API keys; those of others need the privilege manage_api_key.",
    handler: handler!(get),
    ..Endpoint::BASE
};

async fn get(call: Call) -> Result<Reply, ApiError> {
    let arguments = &call.arguments;
    let text = |parameter| arguments.filled_text(parameter).map(|text| text.map(str::to_owned));
    let filter = KeyFilter {
        ids: text(&ID)?.into_iter().collect(),
        name: text(&NAME)?,
        username: text(&USERNAME)?,
        owner: arguments.boolean(&OWNER)?,
        active_only: arguments.boolean(&ACTIVE_ONLY)?,
    };
    check_reach(&call, ENDPOINT.name, &filter)?;
    let with_limits = arguments.boolean(&WITH_LIMITED_BY)?;
    arguments.boolean(&WITH_PROFILE_UID)?;
    let of_another_realm = text(&REALM_NAME)?.is_some_and(|realm| realm != REALM);
    let found = access::get(call.store(), &call.context(), &filter).await?;
    let shown = found.iter().filter(|_| !of_another_realm);
    let api_keys: Vec<_> = shown.map(|(id, key)| ShownApiKey::new(id.as_str(), key, with_limits)).collect();
    let is_missing = api_keys.is_empty() && (!filter.ids.is_empty() || filter.name.is_some());
    let status = if is_missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok(Reply { status, ..Reply::json(&ApiKeys { api_keys }) })
}
