//! Authentication and authorization of requests.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header;
use tributary_domain::Privilege;
use tributary_service::Principal;
use tributary_service::access::{Credentials, LimitedStore, Sight, Unauthenticated};
use tributary_storage::Store;

use crate::endpoint::{Access, Endpoint};
use crate::error::ApiError;
use crate::state::ApiState;

/// The scheme of `Authorization` headers, in any case.
const SCHEME: &str = "apikey";

/// The caller of a request: whoever has the API key in its `Authorization` header. Without security, everybody is the
/// principal `anonymous`, who may do everything, and the header is ignored.
pub(crate) async fn authenticate(state: &ApiState, request: &HttpRequest) -> Result<Principal, ApiError> {
    let Some(keys) = &state.keys else { return Ok(Principal::anonymous()) };
    let Some(sent) = request.headers().get(header::AUTHORIZATION) else {
        return Err(ApiError::NoCredentials { path: request.path().to_owned() });
    };
    let credentials = sent.to_str().ok().and_then(|sent| {
        let (scheme, credentials) = sent.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case(SCHEME).then(|| Credentials::parse(credentials)).flatten()
    });
    let credentials = credentials.ok_or(ApiError::Unauthenticated(Unauthenticated::Unknown))?;
    keys.authenticate(&credentials, state.clock.now()).await.map_err(ApiError::from)
}

/// What a caller sees of the store at an endpoint.
pub(crate) struct View {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sight: Arc<Sight>,
    /// The same store, if something is hidden.
    pub(crate) limited: Option<Arc<LimitedStore>>,
}

/// Refuses a caller that may not use an endpoint; for another one, what it sees of the store there.
pub(crate) fn authorize(state: &ApiState, endpoint: &Endpoint, caller: &Principal) -> Result<View, ApiError> {
    let sight = match endpoint.access {
        Access::Undeclared => None,
        Access::Everybody | Access::Authenticated => Some(Sight::EVERYTHING),
        Access::Needs(privilege) => Sight::of(caller.grants(), privilege),
    };
    let sight = sight.ok_or_else(|| forbidden(endpoint.name, caller, endpoint.access.privilege()))?;
    if sight.is_everything() {
        return Ok(View { store: Arc::clone(&state.store), sight: Arc::new(sight), limited: None });
    }
    let limited = Arc::new(LimitedStore::new(Arc::clone(&state.store), sight.clone()));
    Ok(View { store: Arc::clone(&limited) as _, sight: Arc::new(sight), limited: Some(limited) })
}

/// The refusal of an action, with the privileges that would do.
pub(crate) fn forbidden(action: &str, caller: &Principal, needed: Option<Privilege>) -> ApiError {
    let sufficient: Vec<&str> =
        needed.into_iter().flat_map(Privilege::sufficient).map(Privilege::name).collect();
    ApiError::Forbidden {
        action: action.to_owned(),
        principal: caller.to_string(),
        sufficient: sufficient.join(","),
    }
}

#[cfg(test)]
mod tests {
    use tributary_domain::{Grants, RoleDescriptor, RoleDescriptors};
    use tributary_service::PrincipalKey;
    use tributary_storage::MemoryStore;

    use super::*;
    use crate::{Api, ENDPOINTS};

    fn reader() -> Principal {
        let role = RoleDescriptor::of(&[Privilege::MonitorConnector], &[]);
        let grants = Grants::new(vec![RoleDescriptors::from_iter([("reader".to_owned(), role)])]);
        Principal::with_key("admin", PrincipalKey { id: "k".to_owned(), name: "reader".to_owned(), grants })
    }

    #[test]
    fn only_who_has_the_privilege_may_call_an_endpoint() {
        let api = Api::new(Arc::new(MemoryStore::default()));
        let refused = |name: &str| {
            let endpoint =
                ENDPOINTS.iter().find(|endpoint| endpoint.name == name).expect("it is an endpoint");
            authorize(api.state(), endpoint, &reader()).err()
        };
        for allowed in ["connector.list", "connector.sync_job_get", "health.ready", "security.authenticate"] {
            assert!(refused(allowed).is_none(), "{allowed}");
        }
        for (name, needed) in [
            ("info", "[monitor,manage,all]"),
            ("connector.put", "[manage_connector,manage,all]"),
            ("connector.sync_job_claim", "[work_connector,manage_connector,manage,all]"),
            ("connector.secret_get", "[read_connector_secrets,all]"),
            ("connector.secret_put", "[write_connector_secrets,all]"),
        ] {
            let error = refused(name).expect("it is refused");
            assert_eq!(error.status(), 403, "{name}");
            let reason = error.to_string();
            let parts = [name, "API key id [k] of user [admin]", needed];
            assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
        }
    }

    #[test]
    fn what_is_not_declared_is_for_nobody() {
        let api = Api::new(Arc::new(MemoryStore::default()));
        assert!(authorize(api.state(), &Endpoint::BASE, &Principal::anonymous()).is_err());
    }
}
