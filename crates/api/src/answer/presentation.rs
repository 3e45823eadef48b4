//! Formatting of an answer: filtered by path, indented, or unchanged.

use bytes::Bytes;
use serde_json::value::RawValue;

use super::filter_path::FilterPath;
use super::node::Node;
use super::reply::{Reply, ReplyBody};
use crate::background;
use crate::error::ApiError;
use crate::parameter::{Arguments, ERROR_TRACE, FILTER_PATH, FORMAT, HUMAN, JSON, PRETTY};

/// The formatting that the common parameters of a request ask for.
pub(crate) struct Presentation {
    pretty: bool,
    filter: Option<FilterPath>,
}

impl Presentation {
    pub(crate) fn parse(arguments: &Arguments) -> Result<Self, ApiError> {
        if let Some(format) = arguments.text(&FORMAT).filter(|format| !format.eq_ignore_ascii_case(JSON)) {
            let reason = format!("parameter [format] asks for [{format}], answers are [{JSON}]");
            return Err(ApiError::MediaType(reason));
        }
        arguments.boolean(&HUMAN)?;
        arguments.boolean(&ERROR_TRACE)?;
        let paths = arguments.texts(&FILTER_PATH);
        let filter = (!paths.is_empty()).then(|| FilterPath::new(&paths));
        Ok(Self { pretty: arguments.boolean(&PRETTY)?, filter })
    }

    /// Formats the body of an answer if it is JSON.
    pub(crate) async fn apply(self, reply: Reply) -> Result<Reply, ApiError> {
        match reply.body {
            ReplyBody::Json(body) if (self.pretty || self.filter.is_some()) && !body.is_empty() => {
                Ok(Reply { body: ReplyBody::Json(self.show(body).await?), ..reply })
            }
            _ => Ok(reply),
        }
    }

    /// Filters and indents; a large body in the background.
    async fn show(self, body: Bytes) -> Result<Bytes, ApiError> {
        let is_long = body.len() > background::LONG || self.filter.as_ref().is_some_and(FilterPath::is_long);
        let show = move || show(&body, self.filter.as_ref(), self.pretty).unwrap_or(body);
        if is_long { background::compute(show).await } else { Ok(show()) }
    }
}

/// The body with line breaks and an indentation of two spaces.
pub(crate) fn pretty(body: &Bytes) -> Bytes {
    show(body, None, true).unwrap_or_else(|| body.clone())
}

fn show(body: &[u8], filter: Option<&FilterPath>, pretty: bool) -> Option<Bytes> {
    let value: &RawValue = serde_json::from_slice(body).ok()?;
    let mut node = Node::parse(value, 0);
    if let Some(filter) = filter {
        node = filter.apply(node);
    }
    if !pretty {
        return serde_json::to_vec(&node).ok().map(Bytes::from);
    }
    let mut text = serde_json::to_vec_pretty(&node).ok()?;
    text.push(b'\n');
    Some(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indents_and_keeps_numbers() {
        let body = Bytes::from_static(br#"{"a":1.10,"b":[1e400,{}],"c":{"d":[]}}"#);
        assert_eq!(
            pretty(&body),
            "{\n  \"a\": 1.10,\n  \"b\": [\n    1e400,\n    {}\n  ],\n  \"c\": {\n    \"d\": []\n  }\n}\n"
        );
    }

    #[test]
    fn any_depth_is_shown() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(pretty(&Bytes::from(deep)).len() > 200_000);
    }
}
