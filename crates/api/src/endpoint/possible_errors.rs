//! What can be wrong with the requests of an endpoint.

use actix_web::http::Method;

use super::declaration::{Body, Endpoint};
use crate::error::{ERRORS, ErrorKind, ErrorRow};

/// What can be wrong with every request.
const ALWAYS: &[ErrorKind] = &[
    ErrorKind::InvalidArgument,
    ErrorKind::MediaType,
    ErrorKind::Internal,
    ErrorKind::Unavailable,
    ErrorKind::Denied,
];
/// What can also be wrong with a request that has a body, whether it should or not.
const WITH_BODY: &[ErrorKind] = &[
    ErrorKind::MalformedBody,
    ErrorKind::ValidationFailed,
    ErrorKind::BodyTimeout,
    ErrorKind::BodyTooLarge,
    ErrorKind::ContentEncoding,
];
/// What can also be wrong with a request that names a document.
const WITH_ID: &[ErrorKind] = &[ErrorKind::ValidationFailed];
/// What can also be wrong with a request that changes something.
const CHANGING: &[ErrorKind] = &[
    ErrorKind::Conflict,
    ErrorKind::Rejected,
    ErrorKind::Blocked,
    ErrorKind::BodyTimeout,
    ErrorKind::BodyTooLarge,
    ErrorKind::ContentEncoding,
];

/// What can also be wrong with a request that needs a body.
const WITH_REQUIRED_BODY: &[ErrorKind] = &[ErrorKind::MissingBody];

impl Endpoint {
    /// Every row of the table of errors that it may answer, in the order of the table: what it declares,
    /// and what can be wrong with every request of its kind.
    #[must_use]
    pub fn possible_errors(&self) -> Vec<&'static ErrorRow> {
        let possible = |row: &&ErrorRow| self.errors.contains(&row.kind) || self.is_implied(row.kind);
        ERRORS.iter().filter(possible).collect()
    }

    /// Whether an id stands in its path.
    fn names_a_document(&self) -> bool {
        self.path.contains("id}")
    }

    /// Whether an error is possible for every endpoint of this kind, so that it is not declared.
    fn is_implied(&self, kind: ErrorKind) -> bool {
        let when = |holds: bool, kinds: &'static [ErrorKind]| holds && kinds.contains(&kind);
        when(true, ALWAYS)
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
