//! A JSON value that can be filtered and indented; unparsed parts keep their text.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use tributary_domain::Document;

/// Values nested deeper than this are shown as they are: stored documents can have any depth.
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
