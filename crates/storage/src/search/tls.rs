//! Detects a TLS mismatch between an address and its server from the error of a request.

use reqwest::Url;

/// The TLS library's error for a response that is not TLS.
const NOT_TLS: &str = "InvalidContentType";
/// Its error if the server closes the connection.
const HANDSHAKE_ENDED: &str = "tls handshake eof";
/// The HTTP library's error for a response that is not HTTP.
const NOT_HTTP: &str = "invalid HTTP version parsed";
/// Its error if the server closes the connection.
const NO_ANSWER: &str = "connection closed before message completed";

/// A hint on the address's scheme as a prefix of the reason; empty if the error does not suggest one.
pub(super) fn hint(node: &Url, reason: &str) -> String {
    let says = |part: &str| reason.contains(part);
    let hint = match node.scheme() {
        "https" if says(NOT_TLS) => "does not speak TLS there, http:// in its address would be right",
        "https" if says(HANDSHAKE_ENDED) => {
            "ended the TLS handshake; if it does not speak TLS there, http:// in its address would be right"
        }
        "http" if says(NOT_HTTP) => {
            "does not answer in HTTP; if it speaks TLS there, https:// in its address would be right"
        }
        "http" if says(NO_ANSWER) => {
            "closed the connection; if it speaks TLS there, https:// in its address would be right"
        }
        _ => return String::new(),
    };
    format!("the server {node} {hint}: ")
}

/// The same for a response of something other than a search engine: TLS servers report plain HTTP that way.
pub(super) fn hint_of_answer(body: &[u8]) -> &'static str {
    if String::from_utf8_lossy(body).contains("HTTPS") {
        return "; it asks for HTTPS, so that https:// in its address would be right";
    }
    ""
}
