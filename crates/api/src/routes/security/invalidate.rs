//! `DELETE /_security/api_key`: invalidates API keys.

use actix_web::http::Method;
use tributary_service::access::{self, InvalidatedKeys, KeyInvalidation};

use super::shapes::KeysInvalidated;
use super::{REALM, check_reach};
use crate::answer::Reply;
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

const ANSWER: &str = r#"{
  "invalidated_api_keys": ["019f0d2b-5c1e-7cc0-8f62-0f6cb1d8f0a1"],
  "previously_invalidated_api_keys": [],
  "error_count": 0
}"#;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "security.invalidate_api_key",
    method: Method::DELETE,
    path: "/_security/api_key",
    access: Access::Needs(Privilege::ManageOwnApiKey),
    body: Body::Required(Content::of::<KeyInvalidation>(
        r#"{"ids": ["019f0d2b-5c1e-7cc0-8f62-0f6cb1d8f0a1"]}"#,
    )),
    answers: &[Answer {
        status: 200,
        description: "The keys do not work any more: here at once, and in other services over the same store within \
                      ten seconds.",
        content: Content::of::<KeysInvalidated>(ANSWER),
    }],
    summary: "Invalidates API keys; those of others need the privilege manage_api_key.",
    handler: handler!(invalidate),
    ..Endpoint::BASE
};

async fn invalidate(call: Call) -> Result<Reply, ApiError> {
    let wanted: KeyInvalidation = call.body()?;
    let of_another_realm = wanted.realm_name.as_deref().is_some_and(|realm| realm != REALM);
    let filter = wanted.filter()?;
    check_reach(&call, ENDPOINT.name, &filter)?;
    let report = if of_another_realm {
        InvalidatedKeys::default()
    } else {
        access::invalidate(call.store(), &call.context(), &filter).await?
    };
    if let Some(keys) = &call.state.keys {
        keys.forget(report.invalidated.iter().map(String::as_str));
    }
    Ok(Reply::json(&KeysInvalidated {
        invalidated_api_keys: report.invalidated,
        previously_invalidated_api_keys: report.previously,
        error_count: 0,
    }))
}
