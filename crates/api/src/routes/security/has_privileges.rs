//! `GET` and `POST /_security/user/_has_privileges`: whether the caller has privileges.

use actix_web::http::Method;
use tributary_service::access::{self, PrivilegeCheck, PrivilegeReport};

use super::shapes::Privileges;
use crate::answer::Reply;
use crate::authenticate::forbidden;
use crate::endpoint::{Access, Answer, Body, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

const EXAMPLE: &str = r#"{
  "cluster": ["monitor_connector", "manage_connector"],
  "application": [
    {"application": "tributary", "privileges": ["work_connector"], "resources": ["connector:wiki-1"]}
  ]
}"#;
const ANSWER: &str = r#"{
  "username": "admin",
  "has_all_requested": false,
  "cluster": {"monitor_connector": true, "manage_connector": false},
  "index": {},
  "application": {"tributary": {"connector:wiki-1": {"work_connector": true}}}
}"#;

pub(in crate::routes) const POST_ENDPOINT: Endpoint = Endpoint {
    name: "security.has_privileges",
    method: Method::POST,
    path: "/_security/user/_has_privileges",
    access: Access::Authenticated,
    body: Body::Required(Content::of::<PrivilegeCheck>(EXAMPLE)),
    answers: &[Answer {
        status: 200,
        description: "Each of the privileges, and whether the caller has it. One that is limited to some connectors \
                      counts only for these, in `application`.",
        content: Content::of::<Privileges<'_>>(ANSWER),
    }],
    summary: "Tells whether the caller has privileges.",
    handler: handler!(has_privileges),
    ..Endpoint::BASE
};
pub(in crate::routes) const GET_ENDPOINT: Endpoint = Endpoint { method: Method::GET, ..POST_ENDPOINT };
pub(in crate::routes) const POST_OF_USER_ENDPOINT: Endpoint =
    Endpoint { path: "/_security/user/{user}/_has_privileges", ..POST_ENDPOINT };
pub(in crate::routes) const GET_OF_USER_ENDPOINT: Endpoint =
    Endpoint { method: Method::GET, ..POST_OF_USER_ENDPOINT };

#[allow(clippy::unused_async, reason = "handlers are async")]
async fn has_privileges(call: Call) -> Result<Reply, ApiError> {
    let caller = call.principal();
    let user = call.part("user")?;
    if !user.is_empty() && user != caller.name() {
        return Err(forbidden(POST_ENDPOINT.name, caller, Some(Privilege::ManageSecurity)));
    }
    let report = access::has_privileges(caller.grants(), &call.body::<PrivilegeCheck>()?);
    let has_all_requested = report.has_all();
    let PrivilegeReport { cluster, index, application } = report;
    Ok(Reply::json(&Privileges { username: caller.name(), has_all_requested, cluster, index, application }))
}
