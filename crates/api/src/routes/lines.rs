//! Streams of all documents of a query, one a line, with a last line that says whether they are complete.

use std::io;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::{Value, json};
use tributary_domain::{Query, Refusal};
use tributary_service::Walk;
use tributary_storage::{Page, Store};

use crate::answer::{Reply, ReplyBody, SourceFilter, log_failure, source};
use crate::endpoint::{Answer, Call, Content};
use crate::error::ApiError;
use crate::parameter::FILTER_PATH;

const MEDIA_TYPE: &str = "application/x-ndjson";
/// How many documents are read at a time, at most; long ones are read by fewer.
const PORTION: u32 = 1_000;

/// The answer of an endpoint that streams.
pub(super) const STREAMED: Answer = Answer {
    status: 200,
    description: "Every match, one a line and each with its `id`, and a last line without one: \
                  `{\"complete\":true,\"count\":2}`, or with `false` and the `error` that ended the stream before. \
                  Without that line the connection broke.",
    content: Content::text(MEDIA_TYPE),
};

/// A stream that is being sent.
struct Lines {
    store: Arc<dyn Store>,
    path: String,
    walk: Walk,
    source: SourceFilter,
    count: usize,
}

/// The reply with all documents of a query. Its first portion is read now, so that a store that is away is answered as
/// ever; each other one when the client has taken the one before.
pub(super) async fn reply(call: Call, query: Query) -> Result<Reply, ApiError> {
    if !call.arguments.texts(&FILTER_PATH).is_empty() {
        return Err(Refusal::InvalidArgument(format!(
            "parameter [{}] does not apply to the lines of a stream; [_source] selects fields of documents",
            FILTER_PATH.name
        ))
        .into());
    }
    let source = source(&call.arguments)?;
    let store = Arc::clone(&call.view.store);
    let mut lines = Lines { store, path: call.path, walk: Walk::new(query, PORTION), source, count: 0 };
    let first = lines.portion().await?;
    let body = stream::iter(first.map(Ok)).chain(lines.rest()).boxed();
    Ok(Reply::of(ReplyBody::Stream(HeaderValue::from_static(MEDIA_TYPE), body)))
}

impl Lines {
    /// The lines of the next portion, or `None` after the last one.
    async fn portion(&mut self) -> Result<Option<Bytes>, ApiError> {
        let Some(page) = self.walk.next(&*self.store).await? else { return Ok(None) };
        let page = self.source.clone().page(page).await?;
        self.count += page.documents.len();
        Ok(Some(lines_of(&page)))
    }

    /// The portions that follow, and the last line.
    fn rest(self) -> impl Stream<Item = io::Result<Bytes>> {
        stream::unfold(Some(self), |lines| async {
            let mut lines = lines?;
            match lines.portion().await {
                Ok(Some(portion)) => Some((Ok(portion), Some(lines))),
                Ok(None) => Some((Ok(lines.last(None)), None)),
                Err(error) => Some((Ok(lines.last(Some(&error))), None)),
            }
        })
    }

    /// The last line.
    fn last(&self, error: Option<&ApiError>) -> Bytes {
        let mut line = json!({ "complete": error.is_none(), "count": self.count });
        if let Some(error) = error {
            log_failure(&Method::GET, &self.path, error);
            if let (Value::Object(line), Value::Object(error)) = (&mut line, error.shape()) {
                line.extend(error);
            }
        }
        format!("{line}\n").into()
    }
}

/// The documents of a page, one a line. A line break in one stands between its tokens, and becomes a blank.
fn lines_of(page: &Page) -> Bytes {
    let length: usize = page.documents.iter().map(|document| document.len() + 1).sum();
    let mut lines = BytesMut::with_capacity(length);
    for document in page.documents.iter() {
        let start = lines.len();
        lines.put_slice(document);
        for byte in &mut lines[start..] {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        lines.put_u8(b'\n');
    }
    lines.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_one_line_whatever_it_was_written_like() {
        let page = |documents: &[&str]| Page { documents: documents.iter().collect(), ..Page::default() };
        assert_eq!(lines_of(&page(&[])), "");
        assert_eq!(lines_of(&page(&["{}", "{\r\n\"a\":\"\\n\"\n}"])), "{}\n{  \"a\":\"\\n\" }\n");
    }
}
