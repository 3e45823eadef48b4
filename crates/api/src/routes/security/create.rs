//! `POST` and `PUT /_security/api_key`: creates an API key.

use actix_web::http::Method;
use tributary_domain::Timestamp;
use tributary_service::access::{self, NewKey};

use super::shapes::CreatedApiKey;
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::parameter::{Parameter, ParameterKind};

const EXAMPLE: &str = r#"{
  "name": "worker",
  "expiration": "90d",
  "role_descriptors": {
    "worker": {
      "cluster": ["monitor", "work_connector"],
      "applications": [
        {"application": "tributary", "privileges": ["*"], "resources": ["connector:wiki-*", "service_type:postgresql"]}
      ]
    }
  },
  "metadata": {"team": "search"}
}"#;
const ANSWER: &str = r#"{
  "id": "019f0d2b-5c1e-7cc0-8f62-0f6cb1d8f0a1",
  "name": "worker",
  "expiration": 1798761600000,
  "api_key": "WmXN0fQPXSlnTyWQ0hXH2hmbvjm6Ds7W",
  "encoded": "MDE5ZjBkMmItNWMxZS03Y2MwLThmNjItMGY2Y2IxZDhmMGExOldtWE4wZlFQWFNsblR5V1EwaFhIMmhtYnZqbTZEczdX"
}"#;

const REFRESH: Parameter = Parameter {
    name: "refresh",
    kind: ParameterKind::FreeText,
    default: None,
    description: "Accepted as in Elasticsearch; a key always works at once.",
};

pub(in crate::routes) const PUT_ENDPOINT: Endpoint = Endpoint {
    name: "security.create_api_key",
    method: Method::PUT,
    path: "/_security/api_key",
    access: Access::Needs(Privilege::ManageOwnApiKey),
    parameters: &[&[REFRESH]],
    body: Body::Required(Content::of::<NewKey>(EXAMPLE)),
    answers: &[Answer {
        status: 200,
        description: "The key. Its secret is not stored, and cannot be shown again.",
        content: Content::of::<CreatedApiKey<'_>>(ANSWER),
    }],
    summary: "Creates an API key that may do what its roles say, and never more than its creator.",
    handler: handler!(create),
    ..Endpoint::BASE
};

pub(in crate::routes) const POST_ENDPOINT: Endpoint = Endpoint { method: Method::POST, ..PUT_ENDPOINT };

async fn create(call: Call) -> Result<Reply, ApiError> {
    let created = access::create(call.store(), &call.context(), call.body()?).await?;
    let encoded = created.encoded();
    let reply = Reply::json(&CreatedApiKey {
        id: created.id.as_str(),
        name: &created.name,
        expiration: created.expiration.map(Timestamp::milliseconds),
        api_key: &created.secret,
        encoded: &encoded,
    });
    Ok(reply.with_warnings(created.warnings))
}
