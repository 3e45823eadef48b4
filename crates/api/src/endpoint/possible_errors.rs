//! The errors that requests to an endpoint can cause.

use actix_web::http::Method;

use super::access::Access;
use super::declaration::{Body, Endpoint};
use crate::error::{ERRORS, ErrorKind, ErrorRow};

/// Errors of any request.
const ALWAYS: &[ErrorKind] = &[
    ErrorKind::InvalidArgument,
    ErrorKind::MediaType,
    ErrorKind::TooManyRequests,
    ErrorKind::Internal,
    ErrorKind::Unavailable,
    ErrorKind::Denied,
];
/// Additional errors of a request that not everybody may make.
const WITH_CALLER: &[ErrorKind] = &[ErrorKind::Unauthenticated, ErrorKind::Forbidden];
/// Additional errors of a request with a body, expected or not.
const WITH_BODY: &[ErrorKind] = &[
    ErrorKind::MalformedBody,
    ErrorKind::ValidationFailed,
    ErrorKind::BodyTimeout,
    ErrorKind::BodyTooLarge,
    ErrorKind::ContentEncoding,
];
/// Additional errors of a request for a document.
const WITH_ID: &[ErrorKind] = &[ErrorKind::ValidationFailed];
/// Additional errors of a request that changes something.
const CHANGING: &[ErrorKind] = &[
    ErrorKind::OutOfScope,
    ErrorKind::Conflict,
    ErrorKind::Rejected,
    ErrorKind::Blocked,
    ErrorKind::BodyTimeout,
    ErrorKind::BodyTooLarge,
    ErrorKind::ContentEncoding,
];

/// Additional errors of a request that requires a body.
const WITH_REQUIRED_BODY: &[ErrorKind] = &[ErrorKind::MissingBody];

impl Endpoint {
    /// Every row of the error table that the endpoint may return, in the order of the table: its declared errors and
    /// those common to all requests of its kind.
    #[must_use]
    pub fn possible_errors(&self) -> Vec<&'static ErrorRow> {
        let possible = |row: &&ErrorRow| self.errors.contains(&row.kind) || self.is_implied(row.kind);
        ERRORS.iter().filter(possible).collect()
    }

    /// Whether only some callers may use it.
    fn needs_a_caller(&self) -> bool {
        self.access != Access::Everybody
    }

    /// Whether its path contains an id.
    fn names_a_document(&self) -> bool {
        self.path.contains("id}")
    }

    /// Whether an error is common to all endpoints of this kind, so that it is not declared.
    fn is_implied(&self, kind: ErrorKind) -> bool {
        let when = |holds: bool, kinds: &'static [ErrorKind]| holds && kinds.contains(&kind);
        when(true, ALWAYS)
            || when(self.needs_a_caller(), WITH_CALLER)
            || when(!matches!(self.body, Body::None), WITH_BODY)
            || when(self.body.is_required(), WITH_REQUIRED_BODY)
            || when(self.names_a_document(), WITH_ID)
            || when(self.method != Method::GET, CHANGING)
    }
}

#[cfg(test)]
mod tests {
    use crate::ENDPOINTS;

    #[test]
    fn no_endpoint_declares_what_is_implied() {
        for endpoint in ENDPOINTS {
            let repeated = endpoint.errors.iter().find(|kind| endpoint.is_implied(**kind));
            assert_eq!(repeated, None, "{}", endpoint.name);
        }
    }
}
