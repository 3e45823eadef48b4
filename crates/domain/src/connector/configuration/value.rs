//! The value of a configuration field, any JSON.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value, as far as the rules need it. Numbers keep their text: they may have any size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// An empty value: null, or an empty string or array.
    #[default]
    Empty,
    Boolean(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(String),
}

impl Value {
    pub(super) fn parse(text: &RawValue) -> Self {
        let text = text.get();
        match text.as_bytes().first() {
            Some(b'n') => Self::Empty,
            Some(b't' | b'f') => Self::Boolean(text == "true"),
            Some(b'"') => match serde_json::from_str::<String>(text).unwrap_or_default() {
                words if words.is_empty() => Self::Empty,
                words => Self::Text(words),
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text).unwrap_or_default() {
                items if items.is_empty() => Self::Empty,
                items => Self::List(items.into_iter().map(Self::parse).collect()),
            },
            Some(b'{') => Self::Object(text.to_owned()),
            _ => Self::Number(text.to_owned()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// The text by which values are compared: `5` and `"5"` are equal.
    pub(super) fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => "".into(),
            Self::Boolean(value) => if *value { "true" } else { "false" }.into(),
            Self::Number(text) | Self::Text(text) | Self::Object(text) => text.into(),
            Self::List(items) => items.iter().map(Self::words).collect::<Vec<_>>().join(",").into(),
        }
    }

    /// The value as JSON.
    pub(super) fn json(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => "null".into(),
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string().into(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::json).collect();
                format!("[{}]", items.join(",")).into()
            }
            Self::Boolean(_) | Self::Number(_) | Self::Object(_) => self.words(),
        }
    }

    /// Whether two values are equal: `5` and `"5"` are. Lists and objects are compared by their parts, in time
    /// proportional to the smaller one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        if self.is_scalar() && other.is_scalar() { self.words() == other.words() } else { self == other }
    }

    /// Whether it is a scalar: neither array nor object.
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Object(_))
    }

    /// The integer of a number or a text.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(text) | Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The items of a list: an array, or a comma-separated text.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::Empty => Some(Vec::new()),
            Self::List(items) if items.iter().all(Self::is_scalar) => Some(items.clone()),
            Self::Text(text) => {
                Some(text.split(',').map(|item| Self::Text(item.trim().to_owned())).collect())
            }
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&<Box<RawValue>>::deserialize(deserializer)?))
    }
}
