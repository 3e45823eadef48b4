//! Request errors and their JSON representation.

use std::error::Error;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde_json::{Value, json};
use tributary_domain::Refusal;
use tributary_service::access::Unauthenticated;
use tributary_storage::StoreError;

use super::head::HeadRefusal;
use super::kind::ErrorKind;
use super::table::ErrorRow;
use crate::limits::{LimitReached, least_bytes};

/// A request error.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The rules forbid the request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The head of the request is rejected.
    #[error(transparent)]
    Head(#[from] HeadRefusal),
    /// A required body is missing; with what is missing.
    #[error("{0}")]
    MissingBody(String),
    /// The path does not support the method.
    #[error("Incorrect HTTP method for uri [{path}] and method [{method}], allowed: [{allowed}]")]
    MethodNotAllowed {
        /// The method.
        method: String,
        /// The path.
        path: String,
        /// The methods that it supports.
        allowed: String,
    },
    /// Nothing is served at the path.
    #[error("no handler found for uri [{path}] and method [{method}]")]
    NoHandler {
        /// The method.
        method: String,
        /// The path.
        path: String,
    },
    /// The request has no credentials.
    #[error("missing authentication credentials for REST request [{path}]")]
    NoCredentials {
        /// The path.
        path: String,
    },
    /// The credentials are not those of an API key that works.
    #[error(transparent)]
    Unauthenticated(Unauthenticated),
    /// The caller lacks the privilege.
    #[error(
        "action [{action}] is unauthorized for {principal}, this action is granted by the cluster privileges \
         [{sufficient}]"
    )]
    Forbidden {
        /// The name of the endpoint.
        action: String,
        /// The caller, with its key.
        principal: String,
        /// The privileges that would do, separated by commas.
        sufficient: String,
    },
    /// The key of the caller lacks a privilege for indices; worded as by Elasticsearch.
    #[error(
        "action [{action}] is unauthorized for {principal} on indices [{indices}], this action is granted by {sufficient}"
    )]
    ForbiddenIndices {
        /// Elasticsearch's name of the action.
        action: &'static str,
        /// The caller, with its key.
        principal: String,
        /// The index expressions that it lacks the privilege for, separated by commas.
        indices: String,
        /// What would do, such as `the index privileges [read,all]`.
        sufficient: String,
    },
    /// The key of the caller is limited to connectors to which the document does not belong.
    #[error(transparent)]
    OutOfScope(StoreError),
    /// The request is for a host that is none of the service's, which has no security.
    #[error(
        "the host [{0}] is not known here: without security only requests for an address, for [localhost] or for a name in \
         the setting [allowed_hosts] (--allowed-hosts) are answered, so that no web page reaches this service by a name \
         of its own"
    )]
    Misdirected(String),
    /// A page of this origin asks for a change of a service without security.
    #[error(
        "a page of [{0}] may not change anything here: without security only pages of this service itself and of the \
         origins in the setting [cors_origins] (--cors-origins) may"
    )]
    ForeignOrigin(String),
    /// The media type is not supported; with the reason.
    #[error("{0}")]
    MediaType(String),
    /// The body stalled, or arrived too slowly, for so long.
    #[error(
        "the body arrived too slowly: less than [{}] bytes of it in [{}] seconds", least_bytes(*.0), .0.as_secs_f64()
    )]
    BodyTimeout(Duration),
    /// The body is longer than so many bytes.
    #[error(
        "the body is longer than the [{0}] bytes that are allowed; whoever runs the service can raise the limit by the \
         setting [body_limit]"
    )]
    BodyTooLarge(usize),
    /// The body is longer than the bytes that are passed on of such a request.
    #[error("the body is longer than the [{0}] bytes that a request of this kind can have")]
    TooLongToPassOn(usize),
    /// A limit of requests is reached.
    #[error(transparent)]
    Limited(#[from] LimitReached),
    /// The content encoding of the body is not supported.
    #[error(
        "Content-Encoding header [{header}] is not supported, a body can be packed once, as [{served}]",
        served = served.join(", ")
    )]
    ContentEncoding {
        /// The header.
        header: String,
        /// The encodings that are supported.
        served: &'static [&'static str],
    },
    /// The document keeps changing.
    #[error("the document was changed by others at the same time, again and again; try once more")]
    Conflict,
    /// The store is unavailable.
    #[error("the store is not available at the moment, try again later")]
    Unavailable(#[source] StoreError),
    /// The store cannot hold the document; with the reason.
    #[error("the store does not take this: {0}")]
    Rejected(String),
    /// The store rejects writes; with the reason.
    #[error("the store takes no changes at the moment: {0}")]
    Blocked(String),
    /// The store denies the service access.
    #[error("the store does not let this service in; the log of the service has its cause")]
    Denied(#[source] StoreError),
    /// The index belongs to this service; with what to do instead.
    #[error("{0}")]
    OwnIndex(String),
    /// The request is none of those that are passed on; with what to do about it.
    #[error("{0}")]
    NotPassedOn(String),
    /// The engine of the content indices gave no answer that can be passed on; the cause is for the log.
    #[error("the search engine gave no usable answer; the log of the service has its cause")]
    BadEngineAnswer(#[source] Box<dyn Error + Send + Sync>),
    /// The engine of the content indices is unavailable; the cause is for the log.
    #[error("the search engine is not available at the moment, try again later")]
    EngineAway(#[source] Box<dyn Error + Send + Sync>),
    /// The service has no key for secrets.
    #[error(
        "this service was given no key to encrypt secrets with, and keeps none; whoever runs it gives it one by \
         TRIBUTARY_SECRET_KEYS_FILE or TRIBUTARY_SECRET_KEYS"
    )]
    NoSecretKeys,
    /// Anything else; the cause is for the log.
    #[error("an internal error happened; the log of the service has its cause")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl ApiError {
    /// No endpoint exists at the path of a request.
    pub(crate) fn no_handler(request: &HttpRequest) -> Self {
        Self::NoHandler { method: request.method().to_string(), path: request.path().to_owned() }
    }

    /// The id of the API key that a request was refused for, if its secret was right.
    pub(crate) fn refused_key(&self) -> Option<&str> {
        match self {
            Self::Unauthenticated(Unauthenticated::Expired(id) | Unauthenticated::Invalidated(id)) => {
                Some(id)
            }
            _ => None,
        }
    }

    /// Its row in the table of errors, by name.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal) => match refusal {
                Refusal::InvalidArgument(_) => ErrorKind::InvalidArgument,
                Refusal::ValidationFailed(_) => ErrorKind::ValidationFailed,
                Refusal::MalformedBody(_) | Refusal::UnexpectedContent(_) => ErrorKind::MalformedBody,
                Refusal::ForbiddenTransition { .. } | Refusal::ForbiddenConnectorTransition { .. } => {
                    ErrorKind::ForbiddenTransition
                }
                Refusal::UnknownConfigurationFields(_) => ErrorKind::UnknownConfigurationFields,
                Refusal::DraftNotValid { .. } => ErrorKind::DraftNotValid,
                Refusal::NotANativeIndex { .. } => ErrorKind::NotANativeIndex,
                Refusal::ClaimedByAnother { .. } | Refusal::VersionConflict { .. } => ErrorKind::Conflict,
                Refusal::IndexExists(_) => ErrorKind::IndexExists,
                Refusal::DocumentMissing(_) => ErrorKind::DocumentMissing,
                Refusal::NotEnded { .. } => ErrorKind::NotEnded,
                Refusal::PendingJobExists { .. } => ErrorKind::PendingJobExists,
                Refusal::IdempotencyKeyInUse => ErrorKind::IdempotencyKeyInUse,
                Refusal::IdempotencyKeyReused => ErrorKind::IdempotencyKeyReused,
                Refusal::ConnectorIncomplete { .. } => ErrorKind::ConnectorIncomplete,
                Refusal::ConnectorNotFound(_)
                | Refusal::SyncJobNotFound(_)
                | Refusal::SecretNotFound(_)
                | Refusal::ApiKeyNotFound(_) => ErrorKind::NotFound,
                Refusal::IndexNameTaken { .. } => ErrorKind::IndexNameTaken,
            },
            Self::Head(refusal) => refusal.kind(),
            Self::MissingBody(_) => ErrorKind::MissingBody,
            Self::MethodNotAllowed { .. } => ErrorKind::MethodNotAllowed,
            Self::NoHandler { .. } => ErrorKind::NoHandler,
            Self::NoCredentials { .. } | Self::Unauthenticated(_) => ErrorKind::Unauthenticated,
            Self::Forbidden { .. } | Self::ForbiddenIndices { .. } => ErrorKind::Forbidden,
            Self::OutOfScope(_) => ErrorKind::OutOfScope,
            Self::Misdirected(_) => ErrorKind::Misdirected,
            Self::ForeignOrigin(_) => ErrorKind::ForeignOrigin,
            Self::MediaType(_) => ErrorKind::MediaType,
            Self::BodyTimeout(_) => ErrorKind::BodyTimeout,
            Self::BodyTooLarge(_) | Self::TooLongToPassOn(_) => ErrorKind::BodyTooLarge,
            Self::Limited(_) => ErrorKind::TooManyRequests,
            Self::OwnIndex(_) => ErrorKind::OwnIndex,
            Self::NotPassedOn(_) => ErrorKind::NotPassedOn,
            Self::BadEngineAnswer(_) => ErrorKind::BadEngineAnswer,
            Self::EngineAway(_) => ErrorKind::EngineAway,
            Self::ContentEncoding { .. } => ErrorKind::ContentEncoding,
            Self::Conflict => ErrorKind::Conflict,
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Rejected(_) => ErrorKind::Rejected,
            Self::Blocked(_) => ErrorKind::Blocked,
            Self::Denied(_) => ErrorKind::Denied,
            Self::NoSecretKeys => ErrorKind::NoSecretKeys,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Its row in the table of errors.
    pub fn row(&self) -> ErrorRow {
        self.kind().row()
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body, in Elasticsearch's error format.
    pub fn body(&self) -> String {
        self.shape().to_string()
    }

    /// The same as a value.
    pub fn shape(&self) -> Value {
        let (error_type, reason) = (self.row().error_type, shortened(self.to_string()));
        json!({
            "error": {
                "root_cause": [{ "type": error_type, "reason": reason }],
                "type": error_type,
                "reason": reason,
            },
            "status": self.row().status,
        })
    }
}

/// The maximum number of characters of a reason: it repeats client input, and appears twice in the body.
const MAXIMUM_REASON: usize = 4_000;

/// Truncates a reason to the maximum length.
fn shortened(mut reason: String) -> String {
    if let Some((end, _)) = reason.char_indices().nth(MAXIMUM_REASON) {
        reason.truncate(end);
        reason.push_str(" …");
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_not_for_clients() {
        let unavailable = ApiError::Unavailable(StoreError::unavailable("secret cause"));
        assert_eq!(unavailable.status(), 503);
        assert!(!unavailable.body().contains("secret"));
        let internal = ApiError::from(StoreError::Backend("secret cause".into()));
        assert_eq!(internal.status(), 500);
        assert!(!internal.body().contains("secret"));
    }
}
