//! Authentication and authorization of requests.

use actix_web::HttpRequest;
use tributary_service::Principal;

use crate::endpoint::{Access, Endpoint, Privilege};
use crate::error::ApiError;

/// The caller of a request.
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    privileges: &'static [Privilege],
}

/// Identifies the caller. There is no authentication: every caller is the principal `anonymous`, with every privilege.
pub(crate) fn authenticate(_: &HttpRequest) -> Caller {
    Caller { principal: Principal::anonymous(), privileges: Privilege::ALL }
}

impl Caller {
    /// Rejects an endpoint that the caller may not use.
    pub(crate) fn authorize(&self, endpoint: &Endpoint) -> Result<(), ApiError> {
        let is_allowed = match endpoint.access {
            Access::Undeclared => false,
            Access::Everybody => true,
            Access::Needs(privilege) => self.privileges.contains(&privilege),
        };
        if is_allowed {
            return Ok(());
        }
        let (endpoint, needed) = (endpoint.name, endpoint.access.privilege().map_or("none", Privilege::name));
        Err(ApiError::Forbidden { endpoint, principal: self.principal.name().to_owned(), needed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENDPOINTS;

    #[test]
    fn only_who_has_the_privilege_may_call_an_endpoint() {
        let reader =
            Caller { principal: Principal::new("reader"), privileges: &[Privilege::MonitorConnector] };
        let refused = |name: &str| {
            let endpoint =
                ENDPOINTS.iter().find(|endpoint| endpoint.name == name).expect("it is an endpoint");
            reader.authorize(endpoint).err()
        };
        for allowed in ["connector.list", "connector.sync_job_get", "health.ready"] {
            assert!(refused(allowed).is_none(), "{allowed}");
        }
        for (name, needed) in [
            ("info", "[monitor]"),
            ("connector.put", "[manage_connector]"),
            ("connector.sync_job_claim", "[manage_connector]"),
            ("connector.secret_get", "[read_connector_secrets]"),
            ("connector.secret_put", "[write_connector_secrets]"),
        ] {
            let error = refused(name).expect("it is refused");
            assert_eq!(error.status(), 403, "{name}");
            let reason = error.to_string();
            assert!([name, "[reader]", needed].iter().all(|part| reason.contains(part)), "{reason}");
        }
    }

    #[test]
    fn what_is_not_declared_is_for_nobody() {
        let everything = Caller { principal: Principal::anonymous(), privileges: Privilege::ALL };
        assert!(everything.authorize(&Endpoint::BASE).is_err());
    }
}
