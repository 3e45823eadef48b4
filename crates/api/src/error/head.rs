//! Requests rejected because of their head, before there is anything to route.

use strum::{EnumIter, EnumString, IntoStaticStr};

use super::kind::ErrorKind;

/// Why the head of a request is rejected. Its name can be formatted and parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr, thiserror::Error)]
#[strum(serialize_all = "kebab-case")]
pub enum HeadRefusal {
    /// It is not HTTP.
    #[error(
        "what was sent is not an HTTP/1.1 request: a line [METHOD /PATH HTTP/1.1], a line [NAME: VALUE] for each \
         header, and an empty line"
    )]
    Malformed,
    /// It came without TLS to a port that speaks TLS.
    #[error(
        "this port speaks HTTPS, and the request came in plain HTTP; its address has to begin with https://"
    )]
    NotSecure,
    /// The HTTP version is not supported.
    #[error("the HTTP version is not supported, HTTP/1.1 and HTTP/1.0 are")]
    Version,
    /// The path or a parameter contains a character that is not allowed in a URL.
    #[error(
        "the path or a parameter has a character that a URL cannot have; it has to be percent-encoded, such as a blank \
         as [%20] and [\u{fc}] as [%C3%BC]"
    )]
    Target,
    /// The `Host` header is missing or repeated.
    #[error("an HTTP/1.1 request needs a Host header, and no second one")]
    Host,
    /// The length of the body is ambiguous.
    #[error(
        "the length of the body is unclear: a request has one Content-Length header with a number, or the header \
         [Transfer-Encoding: chunked], and not both"
    )]
    BodyLength,
    /// The method is `CONNECT`, which would open a tunnel.
    #[error("the method [CONNECT] is not supported: this service is not a proxy")]
    Connect,
    /// The client stopped sending before the end of the head.
    #[error("the head of the request ends before it is complete, an empty line is missing")]
    Truncated,
    /// The path, the parameters and the headers are too long together.
    #[error(
        "the head of the request is too long: its path, its parameters and its headers can have 127 KiB together, path \
         and parameters 65534 bytes of them"
    )]
    TooLong,
    /// There are too many headers.
    #[error("the request has too many headers, 96 are possible")]
    TooManyHeaders,
    /// It did not arrive in time.
    #[error("the head of the request did not arrive in time: its path, its parameters and its headers")]
    Timeout,
}

impl HeadRefusal {
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::Malformed
            | Self::NotSecure
            | Self::Version
            | Self::Target
            | Self::Host
            | Self::BodyLength
            | Self::Connect
            | Self::Truncated => ErrorKind::MalformedHead,
            Self::TooLong | Self::TooManyHeaders => ErrorKind::HeadTooLong,
            Self::Timeout => ErrorKind::HeadTimeout,
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::error::ApiError;

    #[test]
    fn every_refusal_has_a_name_a_row_and_a_reason() {
        for refusal in HeadRefusal::iter() {
            let name: &str = refusal.into();
            assert_eq!(name.parse(), Ok(refusal), "{name}");
            let error = ApiError::Head(refusal);
            assert!([400, 408, 431].contains(&error.row().status), "{name}");
            assert!(error.body().contains("\"reason\":\"") && !error.to_string().ends_with('.'), "{name}");
        }
    }
}
