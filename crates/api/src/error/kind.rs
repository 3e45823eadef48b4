//! The kinds of errors that a client can see.

/// Identifies a row of the error table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum ErrorKind {
    /// A parameter is unknown, repeated or has an invalid value.
    InvalidArgument,
    /// The request failed validation.
    ValidationFailed,
    /// The head of the request is malformed.
    MalformedHead,
    /// A required body is missing.
    MissingBody,
    /// The body is not valid JSON of the expected shape.
    MalformedBody,
    /// The state machine does not allow this transition.
    ForbiddenTransition,
    /// A sync job is to be retried that has not ended.
    NotEnded,
    /// The connector lacks something that a sync job requires.
    ConnectorIncomplete,
    /// Values are given for fields that the configuration does not define.
    UnknownConfigurationFields,
    /// The connector's draft rules have not been validated.
    DraftNotValid,
    /// A native connector may only write to an index with the prefix of native connectors.
    NotANativeIndex,
    /// Another connector uses the index.
    IndexNameTaken,
    /// The control index that a request would create exists.
    IndexExists,
    /// The store cannot hold this document.
    Rejected,
    /// The index belongs to this service.
    OwnIndex,
    /// No endpoint exists at the path.
    NoHandler,
    /// The request has no API key, or one that does not work.
    Unauthenticated,
    /// The caller lacks the privilege.
    Forbidden,
    /// The document does not belong to the connectors that the key of the caller is limited to.
    OutOfScope,
    /// The request is none of those that are passed on to the engine of the content indices.
    NotPassedOn,
    /// A page of another site asks for a change, and security is off.
    ForeignOrigin,
    /// The connector, the sync job or the secret does not exist.
    NotFound,
    /// The document of a control index that an update is for does not exist.
    DocumentMissing,
    /// The path does not support the method.
    MethodNotAllowed,
    /// The media type is not supported.
    MediaType,
    /// The head of the request did not arrive in time.
    HeadTimeout,
    /// The body stopped arriving.
    BodyTimeout,
    /// Another worker holds the sync job, or the document keeps changing.
    Conflict,
    /// The connector has a pending sync job of the type, and another one is not wanted.
    PendingJobExists,
    /// The first request with an idempotency key is still running.
    IdempotencyKeyInUse,
    /// The body is too large.
    BodyTooLarge,
    /// The content encoding of the body is not supported.
    ContentEncoding,
    /// The request is for a host name that is not this service's, and security is off.
    Misdirected,
    /// An idempotency key was used for another request.
    IdempotencyKeyReused,
    /// A limit of requests or connections is reached.
    TooManyRequests,
    /// The head of the request is too large.
    HeadTooLong,
    /// An internal error.
    Internal,
    /// The service has no key for secrets.
    NoSecretKeys,
    /// The engine of the content indices gave no answer that can be passed on.
    BadEngineAnswer,
    /// The engine of the content indices is unavailable.
    EngineAway,
    /// The store is unavailable.
    Unavailable,
    /// The store rejects writes.
    Blocked,
    /// The store denies the service access.
    Denied,
}
