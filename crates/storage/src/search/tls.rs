//! Whether an address and its server agree on TLS, by how a request failed.

use reqwest::Url;

/// What a TLS library says of an answer that is none of TLS.
const NOT_TLS: &str = "InvalidContentType";
/// What it says where the server hangs up on it.
const HANDSHAKE_ENDED: &str = "tls handshake eof";
/// What the HTTP library says of an answer that is none of HTTP.
const NOT_HTTP: &str = "invalid HTTP version parsed";
/// What it says where the server hangs up on it.
const NO_ANSWER: &str = "connection closed before message completed";

/// What a failed request says about the scheme of the address, as the start of its reason; or nothing.
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

/// The same for an answer that is no search engine's: servers of TLS tell so in plain HTTP.
pub(super) fn hint_of_answer(body: &[u8]) -> &'static str {
    if String::from_utf8_lossy(body).contains("HTTPS") {
        return "; it asks for HTTPS, so that https:// in its address would be right";
    }
    ""
}
