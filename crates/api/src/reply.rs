//! What handlers answer.

use actix_web::http::StatusCode;
use bytes::Bytes;
use serde_json::json;
use tributary_storage::{Outcome, Page};

/// A successful answer: a status and a body of JSON.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Reply {
    /// A body that is JSON already.
    pub(crate) fn ok(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, body: body.into() }
    }

    /// `{"id": …}` of something new.
    pub(crate) fn created(id: &str) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(json!({ "id": id }).to_string()) }
    }

    /// `{"result": …, "id": …}` of a connector that was put.
    pub(crate) fn put(outcome: Outcome, id: &str) -> Self {
        let created = outcome == Outcome::Created;
        let (status, result) =
            if created { (StatusCode::CREATED, "created") } else { (StatusCode::OK, "updated") };
        Self { status, ..Self::ok(json!({ "result": result, "id": id }).to_string()) }
    }

    /// `{"result": …}` of a change.
    pub(crate) fn changed(outcome: Outcome) -> Self {
        Self::ok(match outcome {
            Outcome::Noop => r#"{"result":"noop"}"#,
            Outcome::Created | Outcome::Updated => r#"{"result":"updated"}"#,
        })
    }

    /// `{"acknowledged": true}` of a deletion.
    pub(crate) fn acknowledged() -> Self {
        Self::ok(r#"{"acknowledged":true}"#)
    }

    /// `{"count": …, "results": […]}`: the documents are answered as they are, none is parsed.
    pub(crate) fn page(page: Page) -> Self {
        let head = format!(r#"{{"count":{},"results":["#, page.count);
        Self::ok(page.documents.framed(&head, "]}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_joined() {
        let page = |documents: &[&'static str]| {
            Reply::page(Page { count: 7, documents: documents.iter().collect() }).body
        };
        assert_eq!(page(&[]), r#"{"count":7,"results":[]}"#);
        assert_eq!(page(&["{}"]), r#"{"count":7,"results":[{}]}"#);
        assert_eq!(page(&["{}", r#"{"a":1.10}"#]), r#"{"count":7,"results":[{},{"a":1.10}]}"#);
    }
}
