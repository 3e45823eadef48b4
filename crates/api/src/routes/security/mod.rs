//! The endpoints of API keys, as in Elasticsearch.

pub(super) mod authenticate;
pub(super) mod create;
pub(super) mod get;
pub(super) mod has_privileges;
pub(super) mod invalidate;
mod shapes;

use tributary_domain::Privilege;
use tributary_service::access::KeyFilter;

use crate::authenticate::forbidden;
use crate::endpoint::Call;
use crate::error::ApiError;

/// The realm of API keys.
const REALM: &str = "_es_api_key";

/// Refuses a caller that asks for keys which may be those of others, and may only see its own.
fn check_reach(call: &Call, action: &str, filter: &KeyFilter) -> Result<(), ApiError> {
    let caller = call.principal();
    if caller.grants().has(Privilege::ManageApiKey) || filter.is_about_own(&call.context()) {
        return Ok(());
    }
    Err(forbidden(action, caller, Some(Privilege::ManageApiKey)))
}
