//! The value of a configuration field, whatever JSON it is.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value, as far as it matters for the rules. Numbers are their text: they may be of any size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing: null, a string or an array of nothing.
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

    /// The words by which a value is compared: `5` and `"5"` are the same setting.
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

    /// Whether two values are the same setting: `5` and `"5"` are. Lists and objects are compared by their parts,
    /// which takes no longer than the smaller is long.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        if self.is_scalar() && other.is_scalar() { self.words() == other.words() } else { self == other }
    }

    /// Whether it is a single value: no array and no object.
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Object(_))
    }

    /// The whole number that it is, or that its text is.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(text) | Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The items of a list: those of an array, or what stands between the commas of a text.
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
