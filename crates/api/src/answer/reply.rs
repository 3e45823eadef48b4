//! What handlers return.

use std::io;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde::Serialize;
use tributary_domain::Warning;
use tributary_storage::{Outcome, Page};

use super::shapes::{
    Acknowledged, ChangeResult, Changed, Created, Put, PutResult, SecretPut, TriedOrChanged,
};

/// A successful answer: status, headers, body and warnings.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// In addition to the common headers and the `Content-Type`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: ReplyBody,
    /// Warnings, which are sent as headers.
    pub warnings: Vec<Warning>,
}

/// The body of an answer.
pub enum ReplyBody {
    /// JSON, formatted as the request asks: media type, filtering, indentation.
    Json(Bytes),
    /// A complete body of another media type.
    Text(HeaderValue, Bytes),
    /// A streamed body of another media type.
    Stream(HeaderValue, BoxStream<'static, io::Result<Bytes>>),
}

impl Reply {
    /// A body that is serialized JSON.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self::of(ReplyBody::Json(body.into()))
    }

    /// Any body.
    pub fn of(body: ReplyBody) -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body, warnings: Vec::new() }
    }

    /// Adds headers.
    #[must_use]
    pub fn with_headers(self, headers: impl Into<Vec<(HeaderName, HeaderValue)>>) -> Self {
        Self { headers: headers.into(), ..self }
    }

    /// A body that is serialized to JSON.
    ///
    /// # Panics
    /// Never for the types of this crate, whose keys are all strings.
    pub fn json(body: &impl Serialize) -> Self {
        Self::ok(serde_json::to_vec(body).expect("answers can be written as JSON"))
    }

    /// `{"id": …}` of a created document.
    pub(crate) fn created(id: &str) -> Self {
        Self { status: StatusCode::CREATED, ..Self::json(&Created { id }) }
    }

    /// `{"result": …, "id": …}` of a stored connector.
    pub(crate) fn put(outcome: Outcome, id: &str) -> Self {
        let (status, result) = put_result(outcome);
        Self { status, ..Self::json(&Put { result, id }) }
    }

    /// `{"result": …}` of a stored secret.
    pub(crate) fn secret_put(outcome: Outcome) -> Self {
        let (status, result) = put_result(outcome);
        Self { status, ..Self::json(&SecretPut { result }) }
    }

    /// `{"result": …}` of a change.
    pub(crate) fn changed(outcome: Outcome) -> Self {
        Self::json(&Changed { result: change_result(outcome) })
    }

    /// `{"result": …, "dry_run": true, "warnings": […]}` of a dry run.
    pub(crate) fn tried(outcome: Outcome, warnings: &[Warning]) -> Self {
        let warnings = warnings.iter().map(ToString::to_string).collect();
        let result = change_result(outcome);
        Self::json(&TriedOrChanged { result, dry_run: Some(true), warnings: Some(warnings) })
    }

    /// Adds warnings, which are sent as headers.
    #[must_use]
    pub fn with_warnings(self, warnings: Vec<Warning>) -> Self {
        Self { warnings, ..self }
    }

    /// `{"acknowledged": true}` of a deletion.
    pub(crate) fn acknowledged() -> Self {
        Self::json(&Acknowledged { acknowledged: true })
    }

    /// `{"count": …, "results": […], "next": …}`: stored documents are copied without parsing. The token for the next
    /// page has no character that JSON escapes.
    pub(crate) fn page(page: Page, next: Option<&str>) -> Self {
        let head = format!(r#"{{"count":{},"results":["#, page.count);
        let tail = next.map_or_else(|| "]}".to_owned(), |token| format!(r#"],"next":"{token}"}}"#));
        Self::ok(page.documents.framed(&head, &tail))
    }
}

fn change_result(outcome: Outcome) -> ChangeResult {
    match outcome {
        Outcome::Noop => ChangeResult::Noop,
        Outcome::Created | Outcome::Updated => ChangeResult::Updated,
    }
}

fn put_result(outcome: Outcome) -> (StatusCode, PutResult) {
    match outcome {
        Outcome::Created => (StatusCode::CREATED, PutResult::Created),
        Outcome::Updated | Outcome::Noop => (StatusCode::OK, PutResult::Updated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_joined() {
        let page = |documents: &[&'static str], next| {
            let page =
                Page { count: 7, documents: documents.iter().collect(), next: None, ..Page::default() };
            match Reply::page(page, next).body {
                ReplyBody::Json(body) => body,
                ReplyBody::Text(..) | ReplyBody::Stream(..) => panic!("a page is JSON"),
            }
        };
        assert_eq!(page(&[], None), r#"{"count":7,"results":[]}"#);
        assert_eq!(page(&["{}"], None), r#"{"count":7,"results":[{}]}"#);
        assert_eq!(page(&["{}", r#"{"a":1.10}"#], None), r#"{"count":7,"results":[{},{"a":1.10}]}"#);
        assert_eq!(page(&["{}"], Some("AQ")), r#"{"count":7,"results":[{}],"next":"AQ"}"#);
    }
}
