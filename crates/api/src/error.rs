//! Every error that a client can see, in one table.

use std::error::Error;
use std::time::Duration;

use actix_web::http::StatusCode;
use serde_json::json;
use tributary_domain::Refusal;
use tributary_storage::StoreError;

/// What went wrong with a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{0}")]
    MissingBody(String),
    #[error("Incorrect HTTP method for uri [{path}] and method [{method}], allowed: [{allowed}]")]
    MethodNotAllowed { method: String, path: String, allowed: String },
    #[error("no handler found for uri [{path}] and method [{method}]")]
    NoHandler { method: String, path: String },
    #[error("{0}")]
    MediaType(String),
    #[error("nothing more of the body arrived for [{}] seconds", .0.as_secs_f64())]
    BodyTimeout(Duration),
    #[error("the body is longer than the [{0}] bytes that are allowed")]
    BodyTooLarge(usize),
    #[error("the document was changed by others at the same time, again and again; try once more")]
    Conflict,
    #[error("the store is not available at the moment, try again later")]
    Unavailable(#[source] StoreError),
    #[error("the store cannot keep the document: {0}")]
    Rejected(String),
    #[error("the store takes no changes at the moment: {0}")]
    Blocked(String),
    #[error("the store does not let this service in; the log of the service has its cause")]
    Denied(#[source] StoreError),
    #[error(
        "this service was given no key to encrypt secrets with, and keeps none; whoever runs it gives it one by \
         TRIBUTARY_SECRET_KEYS_FILE or TRIBUTARY_SECRET_KEYS"
    )]
    NoSecretKeys,
    #[error("an internal error happened; the log of the service has its cause")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// A row's name in the table of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter has a value that it cannot have, or is unknown or repeated.
    InvalidArgument,
    /// Checks of the request failed.
    ValidationFailed,
    /// There is no body where one is needed.
    MissingBody,
    /// The body is not the JSON that is needed.
    MalformedBody,
    /// The state machine has no such step.
    ForbiddenTransition,
    /// The connector lacks what a sync job needs.
    ConnectorIncomplete,
    /// Values are given to fields that the configuration does not have.
    UnknownConfigurationFields,
    /// The draft of a connector's rules is not known to be valid.
    DraftNotValid,
    /// A native connector can only write to an index with the prefix of such indices.
    NotANativeIndex,
    /// Another connector has the index.
    IndexNameTaken,
    /// The store cannot keep such a document.
    Rejected,
    /// Nothing is served at the path.
    NoHandler,
    /// The connector, the sync job or the secret does not exist.
    NotFound,
    /// The path does not take the method.
    MethodNotAllowed,
    /// The media type is not served.
    MediaType,
    /// The body stops arriving.
    BodyTimeout,
    /// Another worker has the sync job, or the document keeps changing.
    Conflict,
    /// The body is too long.
    BodyTooLarge,
    /// The service failed.
    Internal,
    /// The service has no key for secrets.
    NoSecretKeys,
    /// The store is away.
    Unavailable,
    /// The store takes no changes.
    Blocked,
    /// The store does not let the service in.
    Denied,
}

/// One row of the table of errors.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRow {
    /// What it is about.
    pub kind: ErrorKind,
    /// The HTTP status.
    pub status: u16,
    /// The type by which Elasticsearch's clients know it.
    pub error_type: &'static str,
    /// What it means and what to do, in one line.
    pub description: &'static str,
}

const fn row(kind: ErrorKind, status: u16, error_type: &'static str, description: &'static str) -> ErrorRow {
    ErrorRow { kind, status, error_type, description }
}

const INTERNAL: ErrorRow =
    row(ErrorKind::Internal, 500, "exception", "The service failed; its log has the cause.");

/// Every error that a client can see.
pub const ERRORS: &[ErrorRow] = &[
    row(
        ErrorKind::InvalidArgument,
        400,
        "illegal_argument_exception",
        "A parameter or a field has a value that it cannot have, or a parameter is unknown or given twice.",
    ),
    row(
        ErrorKind::ValidationFailed,
        400,
        "action_request_validation_exception",
        "The request fails checks; the reason numbers all of them.",
    ),
    row(ErrorKind::MissingBody, 400, "parsing_exception", "The endpoint needs a body."),
    row(
        ErrorKind::MalformedBody,
        400,
        "x_content_parse_exception",
        "The body is not the JSON that is needed: malformed, too deep, with a key twice, an unknown field or a \
         value of the wrong type.",
    ),
    row(
        ErrorKind::ForbiddenTransition,
        400,
        "status_exception",
        "The status that the document has does not allow the step; the reason names both statuses.",
    ),
    row(
        ErrorKind::ConnectorIncomplete,
        400,
        "status_exception",
        "The connector has no index name or no service type, and a sync job needs them.",
    ),
    row(
        ErrorKind::UnknownConfigurationFields,
        400,
        "status_exception",
        "Values are given to fields that the connector's configuration does not have; the reason names them.",
    ),
    row(
        ErrorKind::DraftNotValid,
        400,
        "status_exception",
        "The draft of the rules is edited or invalid, and only a valid one becomes active; the reason names its \
         state.",
    ),
    row(
        ErrorKind::NotANativeIndex,
        400,
        "status_exception",
        "The connector is native, or is to be, and its index has not the prefix of such connectors' indices.",
    ),
    row(ErrorKind::IndexNameTaken, 400, "status_exception", "Another live connector writes to the index."),
    row(
        ErrorKind::Rejected,
        400,
        "document_parsing_exception",
        "The store that this service was given cannot keep a document of this content; the reason has its words.",
    ),
    row(ErrorKind::NoHandler, 400, "illegal_argument_exception", "Nothing is served at the path."),
    row(
        ErrorKind::NotFound,
        404,
        "resource_not_found_exception",
        "The connector, the sync job or the secret does not exist, or is deleted.",
    ),
    row(
        ErrorKind::MethodNotAllowed,
        405,
        "illegal_argument_exception",
        "The path does not take the method; the Allow header says which it takes.",
    ),
    row(
        ErrorKind::MediaType,
        406,
        "media_type_header_exception",
        "The body is not JSON by its Content-Type, or the Accept header asks for a version that is not served.",
    ),
    row(
        ErrorKind::BodyTimeout,
        408,
        "timeout_exception",
        "The body stops arriving before it is complete; nothing was changed, and the connection is closed.",
    ),
    row(
        ErrorKind::Conflict,
        409,
        "version_conflict_engine_exception",
        "Another worker has claimed the sync job, or the document was changed by others again and again.",
    ),
    row(ErrorKind::BodyTooLarge, 413, "content_too_long_exception", "The body is longer than is allowed."),
    INTERNAL,
    row(
        ErrorKind::NoSecretKeys,
        501,
        "unsupported_operation_exception",
        "The service was given no key to encrypt secrets with: whoever runs it has to do that first. Repeating the \
         request is of no use.",
    ),
    row(
        ErrorKind::Unavailable,
        503,
        "unavailable_shards_exception",
        "The store is away, slow or full; the request may be repeated after the time in Retry-After.",
    ),
    row(
        ErrorKind::Blocked,
        503,
        "cluster_block_exception",
        "The store takes no changes until somebody lifts what blocks it, such as a full disk; the reason says \
         what. Reading goes on.",
    ),
    row(
        ErrorKind::Denied,
        503,
        "unavailable_shards_exception",
        "The store refuses the credentials that this service was given, or they lack a permission; its log has \
         the cause.",
    ),
];

impl ApiError {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal) => match refusal {
                Refusal::ValidationFailed(_) => ErrorKind::ValidationFailed,
                Refusal::MalformedBody(_) | Refusal::UnexpectedContent(_) => ErrorKind::MalformedBody,
                Refusal::ForbiddenTransition { .. } | Refusal::ForbiddenConnectorTransition { .. } => {
                    ErrorKind::ForbiddenTransition
                }
                Refusal::UnknownConfigurationFields(_) => ErrorKind::UnknownConfigurationFields,
                Refusal::DraftNotValid { .. } => ErrorKind::DraftNotValid,
                Refusal::NotANativeIndex { .. } => ErrorKind::NotANativeIndex,
                Refusal::ClaimedByAnother { .. } => ErrorKind::Conflict,
                Refusal::ConnectorIncomplete { .. } => ErrorKind::ConnectorIncomplete,
                Refusal::ConnectorNotFound(_) | Refusal::SyncJobNotFound(_) | Refusal::SecretNotFound(_) => {
                    ErrorKind::NotFound
                }
                Refusal::IndexNameTaken { .. } => ErrorKind::IndexNameTaken,
                // `Refusal` may grow; what is not known better is an argument that is not allowed.
                _ => ErrorKind::InvalidArgument,
            },
            Self::MissingBody(_) => ErrorKind::MissingBody,
            Self::MethodNotAllowed { .. } => ErrorKind::MethodNotAllowed,
            Self::NoHandler { .. } => ErrorKind::NoHandler,
            Self::MediaType(_) => ErrorKind::MediaType,
            Self::BodyTimeout(_) => ErrorKind::BodyTimeout,
            Self::BodyTooLarge(_) => ErrorKind::BodyTooLarge,
            Self::Conflict => ErrorKind::Conflict,
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Rejected(_) => ErrorKind::Rejected,
            Self::Blocked(_) => ErrorKind::Blocked,
            Self::Denied(_) => ErrorKind::Denied,
            Self::NoSecretKeys => ErrorKind::NoSecretKeys,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    pub(crate) fn row(&self) -> &'static ErrorRow {
        let kind = self.kind();
        ERRORS.iter().find(|row| row.kind == kind).unwrap_or(&INTERNAL)
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body in Elasticsearch's shape.
    pub(crate) fn body(&self) -> String {
        let (error_type, reason) = (self.row().error_type, self.to_string());
        json!({
            "error": {
                "root_cause": [{ "type": error_type, "reason": reason }],
                "type": error_type,
                "reason": reason,
            },
            "status": self.row().status,
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_kind_once_in_the_order_of_statuses() {
        for (index, row) in ERRORS.iter().enumerate() {
            assert!(ERRORS[index + 1..].iter().all(|other| other.kind != row.kind), "{:?}", row.kind);
            assert!(ERRORS[index + 1..].iter().all(|other| other.status >= row.status), "{:?}", row.kind);
        }
        let unavailable = ApiError::Unavailable(StoreError::unavailable("secret cause"));
        assert_eq!(unavailable.status(), 503);
        assert!(!unavailable.body().contains("secret"));
        let internal = ApiError::from(StoreError::Backend("secret cause".into()));
        assert_eq!(internal.status(), 500);
        assert!(!internal.body().contains("secret"));
    }
}
