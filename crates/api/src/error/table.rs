//! The error table: every error that a client can see, with its status and type.

use strum::VariantArray as _;

use super::kind::ErrorKind;

/// A row of the error table.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRow {
    /// Which error it describes.
    pub kind: ErrorKind,
    /// The HTTP status.
    pub status: u16,
    /// The `type` that Elasticsearch's clients see.
    pub error_type: &'static str,
    /// The meaning and the remedy, in one line.
    pub description: &'static str,
}

impl ErrorKind {
    /// The row of this error.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "it is a table")]
    pub const fn row(self) -> ErrorRow {
        let (status, error_type, description) = match self {
            Self::InvalidArgument => (
                400,
                "illegal_argument_exception",
                "A parameter or a field has a value that it cannot have, or a parameter is unknown or given twice.",
            ),
            Self::ValidationFailed => (
                400,
                "action_request_validation_exception",
                "The request fails checks; the reason numbers all of them.",
            ),
            Self::MalformedHead => (
                400,
                "illegal_argument_exception",
                "What was sent is not an HTTP request that could be read, such as one with a blank or an umlaut in its path that \
         is not percent-encoded; the connection is closed.",
            ),
            Self::MissingBody => (400, "parsing_exception", "The endpoint needs a body."),
            Self::MalformedBody => (
                400,
                "x_content_parse_exception",
                "The body is not the JSON that is needed: malformed, too deep, with a key twice, an unknown field or a \
         value of the wrong type.",
            ),
            Self::ForbiddenTransition => (
                400,
                "status_exception",
                "The status that the document has does not allow the step; the reason names both statuses.",
            ),
            Self::NotEnded => (
                400,
                "status_exception",
                "The sync job has not ended, and only one that has can be retried; the reason names its status.",
            ),
            Self::ConnectorIncomplete => (
                400,
                "status_exception",
                "The connector has no index name or no service type, and a sync job needs them.",
            ),
            Self::UnknownConfigurationFields => (
                400,
                "status_exception",
                "Values are given to fields that the connector's configuration does not have; the reason names them.",
            ),
            Self::DraftNotValid => (
                400,
                "status_exception",
                "The draft of the rules is edited or invalid, and only a valid one becomes active; the reason names its \
         state.",
            ),
            Self::NotANativeIndex => (
                400,
                "status_exception",
                "The connector is native, or is to be, and its index has not the prefix of such connectors' indices.",
            ),
            Self::IndexNameTaken => (400, "status_exception", "Another live connector writes to the index."),
            Self::IndexExists => (
                400,
                "resource_already_exists_exception",
                "The control index that the request would create exists, as all of them do.",
            ),
            Self::Rejected => (
                400,
                "document_parsing_exception",
                "The store that this service was given cannot keep a document of this content, or answer such a query; the reason has its words.",
            ),
            Self::OwnIndex => (
                400,
                "illegal_argument_exception",
                "The request names an index in which this service keeps its own documents, or could reach one; such \
         requests are not passed on to the engine of the content indices.",
            ),
            Self::NoHandler => (400, "illegal_argument_exception", "Nothing is served at the path."),
            Self::Unauthenticated => (
                401,
                "security_exception",
                "Security is on, and the request has no API key in its Authorization header, or one that does not exist, \
         has expired or was invalidated.",
            ),
            Self::Forbidden => (
                403,
                "security_exception",
                "The API key lacks the privilege that the endpoint or an index needs; the reason names those that would do.",
            ),
            Self::OutOfScope => (
                403,
                "security_exception",
                "The API key is limited to some connectors, and the document belongs, or would belong, to another one.",
            ),
            Self::NotPassedOn => (
                403,
                "security_exception",
                "The request is none of those that are passed on to the engine of the content indices; whoever runs the \
         service can allow more of them by the setting content_allow.",
            ),
            Self::ForeignOrigin => (
                403,
                "security_exception",
                "Security is off, and a browser sent the request for a page of another site, by its Origin header; whoever \
         runs the service can allow the site by the setting cors_origins.",
            ),
            Self::NotFound => (
                404,
                "resource_not_found_exception",
                "The connector, the sync job or the secret does not exist, or is deleted.",
            ),
            Self::DocumentMissing => (
                404,
                "document_missing_exception",
                "The document of a control index that an update is for does not exist.",
            ),
            Self::MethodNotAllowed => (
                405,
                "illegal_argument_exception",
                "The path does not take the method; the Allow header says which it takes.",
            ),
            Self::MediaType => (
                406,
                "media_type_header_exception",
                "The body is not JSON by its Content-Type, or the Accept header asks for a version that is not served.",
            ),
            Self::HeadTimeout => (
                408,
                "timeout_exception",
                "The head of the request, its path and its headers, does not arrive in time; the connection is closed.",
            ),
            Self::BodyTimeout => (
                408,
                "timeout_exception",
                "The body stops arriving before it is complete; nothing was changed, and the connection is closed.",
            ),
            Self::Conflict => (
                409,
                "version_conflict_engine_exception",
                "Another worker has claimed the sync job, or the document was changed by others again and again.",
            ),
            Self::PendingJobExists => (
                409,
                "status_exception",
                "The connector has a pending sync job of the same type, and the request has `if_pending=reject`; the \
         reason names the job.",
            ),
            Self::IdempotencyKeyInUse => (
                409,
                "status_exception",
                "A request with the same Idempotency-Key is still running; the same request gets its answer after a \
         while, after a minute at most.",
            ),
            Self::BodyTooLarge => (
                413,
                "content_too_long_exception",
                "The body, packed or unpacked, is longer than is allowed; whoever runs the service can raise the limit of the \
         connector APIs by the setting body_limit.",
            ),
            Self::ContentEncoding => (
                415,
                "media_type_header_exception",
                "The body is packed in a way that is not served, by its Content-Encoding; the reason names the ways that are.",
            ),
            Self::Misdirected => (
                421,
                "security_exception",
                "Security is off, and the request is for another host by its Host header: neither an address, nor \
         localhost, nor a name of the setting allowed_hosts.",
            ),
            Self::IdempotencyKeyReused => (
                422,
                "status_exception",
                "The Idempotency-Key was used for another request in the last 24 hours.",
            ),
            Self::TooManyRequests => (
                429,
                "es_rejected_execution_exception",
                "A limit is reached, which the reason names: requests a second, requests that run or wait, memory for bodies \
         or answers, or connections; the request was not carried out, and may be repeated after the time in Retry-After.",
            ),
            Self::HeadTooLong => (
                431,
                "too_long_http_header_exception",
                "The head of the request, its path and its headers, is longer than 127 KiB or has more than 96 headers; the \
         connection is closed.",
            ),
            Self::Internal => (500, "exception", "The service failed; its log has the cause."),
            Self::NoSecretKeys => (
                501,
                "unsupported_operation_exception",
                "The service was given no key to encrypt secrets with: whoever runs it has to do that first. Repeating the \
         request is of no use.",
            ),
            Self::BadEngineAnswer => (
                502,
                "remote_transport_exception",
                "The engine of the content indices answered something that is not HTTP, or stopped in the middle of its \
         answer; the log of the service has the cause.",
            ),
            Self::EngineAway => (
                503,
                "no_node_available_exception",
                "The engine of the content indices is away, slow, or refuses the credentials that this service was given; \
         the request may be repeated after the time in Retry-After.",
            ),
            Self::Unavailable => (
                503,
                "unavailable_shards_exception",
                "The store is away, slow or full; the request may be repeated after the time in Retry-After.",
            ),
            Self::Blocked => (
                503,
                "cluster_block_exception",
                "The store takes no changes until somebody lifts what blocks it, such as a full disk; the reason says \
         what. Reading goes on.",
            ),
            Self::Denied => (
                503,
                "unavailable_shards_exception",
                "The store refuses the credentials that this service was given, or they lack a permission; its log has \
         the cause.",
            ),
        };
        ErrorRow { kind: self, status, error_type, description }
    }
}

/// Every error that a client can see.
pub const ERRORS: &[ErrorRow] = &rows();

const fn rows() -> [ErrorRow; ErrorKind::VARIANTS.len()] {
    let mut rows = [ErrorKind::Internal.row(); ErrorKind::VARIANTS.len()];
    let mut place = 0;
    while place < rows.len() {
        rows[place] = ErrorKind::VARIANTS[place].row();
        place += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_statuses() {
        for (index, row) in ERRORS.iter().enumerate() {
            assert!(ERRORS[index + 1..].iter().all(|other| other.status >= row.status), "{:?}", row.kind);
        }
    }
}
