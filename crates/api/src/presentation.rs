//! How an answer is shown: filtered by path, indented, or as it is.

use std::borrow::Cow;

use bytes::Bytes;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use tributary_domain::Document;

use crate::background;
use crate::endpoint::{ERROR_TRACE, FILTER_PATH, FORMAT, HUMAN, JSON, PRETTY};
use crate::error::ApiError;
use crate::filter_path::FilterPath;
use crate::parameter::Arguments;

/// Deeper than this, values are shown as they are: stored documents may be of any depth.
const MAXIMUM_DEPTH: usize = 200;

/// A JSON value whose scalars keep their text.
pub(crate) enum Node<'a> {
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    Array(Vec<Node<'a>>),
    Text(Cow<'a, RawValue>),
}

impl Node<'_> {
    pub(crate) fn parse(value: &RawValue, depth: usize) -> Node<'static> {
        let text = value.get();
        if depth < MAXIMUM_DEPTH {
            if text.starts_with('{')
                && let Ok(object) = Document::parse(text)
            {
                let parse = |(name, value): (&str, &RawValue)| {
                    (Cow::Owned(name.to_owned()), Self::parse(value, depth + 1))
                };
                return Node::Object(object.iter().map(parse).collect());
            }
            if text.starts_with('[')
                && let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text)
            {
                return Node::Array(items.into_iter().map(|item| Self::parse(item, depth + 1)).collect());
            }
        }
        Node::Text(Cow::Owned(value.to_owned()))
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

/// What the common parameters of a request ask for.
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

    /// The body as it was asked for; a long one is filtered and indented in the background.
    pub(crate) async fn apply(self, body: Bytes) -> Result<Bytes, ApiError> {
        let is_as_it_is = self.filter.is_none() && !self.pretty;
        if is_as_it_is || body.is_empty() {
            return Ok(body);
        }
        let is_long = body.len() > background::LONG || self.filter.as_ref().is_some_and(FilterPath::is_long);
        let show = move || show(&body, self.filter.as_ref(), self.pretty).unwrap_or(body);
        if is_long { background::compute(show).await } else { Ok(show()) }
    }
}

/// The body with line breaks and two blanks a level.
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
