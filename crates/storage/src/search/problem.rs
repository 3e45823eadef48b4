//! Error responses of servers, and their meaning for a store.

use serde::Deserialize;

use crate::StoreError;

/// An error in a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Problem {
    /// The type of the exception.
    pub(super) kind: String,
    pub(super) reason: String,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(rename = "type")]
    kind: Option<String>,
    reason: Option<String>,
    caused_by: Option<Box<Cause>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Failed {
    Structured { error: Cause },
    Plain { error: String },
}

impl Problem {
    /// Parses the body of an error response.
    pub(super) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Failed::Structured { error }) => Self::of(error),
            Ok(Failed::Plain { error }) => Self { kind: String::new(), reason: error },
            Err(_) => {
                let text = String::from_utf8_lossy(body);
                Self { kind: String::new(), reason: text.chars().take(200).collect() }
            }
        }
    }

    /// Parses the `error` of an item of a bulk response.
    pub(super) fn of_item(error: &str) -> Self {
        serde_json::from_str(error).map(Self::of).unwrap_or_default()
    }

    fn of(cause: Cause) -> Self {
        let mut reason = cause.reason.unwrap_or_default();
        let mut inner = cause.caused_by;
        while let Some(cause) = inner {
            if let Some(text) = &cause.reason {
                reason = format!("{reason}: {text}");
            }
            inner = cause.caused_by;
        }
        Self { kind: cause.kind.unwrap_or_default(), reason }
    }

    /// The store error for a response with this status, except for those that callers handle themselves.
    pub(super) fn into_store_error(self, status: u16) -> StoreError {
        let Self { kind, reason } = self;
        match status {
            _ if kind == "cluster_block_exception" => StoreError::Blocked(reason),
            401 | 403 => StoreError::Denied(format!("the server answered {status}: {reason}")),
            429 | 502..=504 => StoreError::unavailable(format!("the server answered {status}: {reason}")),
            _ => StoreError::Backend(format!("the server answered {status}, {kind}: {reason}").into()),
        }
    }
}

/// A resource of a call that the server no longer has: the call is repeated as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum LostResource {
    #[error("an index was removed; it will be created again")]
    Index,
    // LostResource by a restart of the server, or with its index.
    #[error("the server has lost the point in time of the list")]
    PointInTime,
}

impl LostResource {
    /// The lost resource in an error, if any.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Unavailable(cause) = error else { return None };
        cause.downcast_ref().copied()
    }
}

impl From<LostResource> for StoreError {
    fn from(lost: LostResource) -> Self {
        Self::Unavailable(lost.into())
    }
}

/// An equal error for each of several callers.
pub(super) fn same(error: &StoreError) -> StoreError {
    if let Some(lost) = LostResource::of(error) {
        return lost.into();
    }
    match error {
        StoreError::Denied(reason) => StoreError::Denied(reason.clone()),
        StoreError::Blocked(reason) => StoreError::Blocked(reason.clone()),
        StoreError::Rejected(reason) => StoreError::Rejected(reason.clone()),
        StoreError::Unavailable(reason) => StoreError::unavailable(reason.to_string()),
        StoreError::Backend(reason) => StoreError::Backend(reason.to_string().into()),
        other => StoreError::Backend(other.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_apart() {
        let cases = [
            (403, "cluster_block_exception", "blocked"),
            (429, "cluster_block_exception", "blocked"),
            (403, "security_exception", "denied"),
            (401, "security_exception", "denied"),
            (503, "no_shard_available_action_exception", "unavailable"),
            (500, "null_pointer_exception", "backend"),
        ];
        for (status, kind, expected) in cases {
            let body = format!(
                r#"{{"error":{{"type":"{kind}","reason":"why","caused_by":{{"reason":"because"}}}},"status":{status}}}"#
            );
            let error = Problem::read(body.as_bytes()).into_store_error(status);
            let found = match error {
                StoreError::Blocked(_) => "blocked",
                StoreError::Denied(_) => "denied",
                StoreError::Unavailable(_) => "unavailable",
                _ => "backend",
            };
            assert_eq!(found, expected, "{status} {kind}");
            assert!(error.to_string().contains("why: because"), "{error}");
        }
        assert_eq!(Problem::read(br#"{"error":"no handler found"}"#).reason, "no handler found");
        assert_eq!(Problem::read(b"<html>Bad Gateway").reason, "<html>Bad Gateway");
    }
}
