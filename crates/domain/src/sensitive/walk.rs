//! Finds the values of a configuration in the text of a document.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::marks::{MASK, SEALED_PREFIX};
use crate::MAXIMUM_DEPTH;

/// A value of a configuration field, where it stands in the text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationValue<'t> {
    /// The names that lead to the field from the configuration on: one, unless the configuration has an odd shape.
    pub path: Vec<Cow<'t, str>>,
    /// The JSON text of the value.
    pub text: &'t str,
    /// Whether the field says that its value is sensitive.
    pub is_sensitive: bool,
}

impl ConfigurationValue<'_> {
    /// Where it stands, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        format!("configuration.{}.value", self.path.join("."))
    }

    /// The value of a string.
    #[must_use]
    pub fn string(&self) -> Option<Cow<'_, str>> {
        string(self.text)
    }

    /// Whether there is nothing to protect: null or an empty string.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.text, "null" | "\"\"")
    }

    /// Whether it is the mask of a value that is not shown.
    #[must_use]
    pub fn is_mask(&self) -> bool {
        is_mask(self.text)
    }

    /// Whether it looks like an encrypted value.
    #[must_use]
    pub fn looks_sealed(&self) -> bool {
        self.string().is_some_and(|text| text.starts_with(SEALED_PREFIX))
    }

    /// Whether it is not shown to everybody.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        (self.is_sensitive && !self.is_empty()) || self.looks_sealed()
    }

    /// The bytes of the value in the text in which it was found.
    pub(super) fn range(&self, within: &str) -> Range<usize> {
        let start = self.text.as_ptr() as usize - within.as_ptr() as usize;
        start..start + self.text.len()
    }
}

/// Whether a JSON text is the mask.
pub(crate) fn is_mask(text: &str) -> bool {
    string(text).is_some_and(|text| text == MASK)
}

fn string(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(text).ok().map(Cow::Owned) } else { Some(inner.into()) }
}

/// All values in the configurations that `path` leads to in an object, in the order of the text. Of names that an object
/// has twice, all are found. An error if it cannot be read.
pub(super) fn values_in<'t>(
    text: &'t str,
    path: &[&str],
) -> Result<Vec<ConfigurationValue<'t>>, serde_json::Error> {
    let mut walk = Walk { path: Vec::new(), found: Vec::new() };
    walk.descend(text, path, 0)?;
    walk.found.sort_by_key(|value| value.text.as_ptr());
    Ok(walk.found)
}

struct Walk<'t> {
    path: Vec<Cow<'t, str>>,
    found: Vec<ConfigurationValue<'t>>,
}

type Walked = Result<(), serde_json::Error>;

impl<'t> Walk<'t> {
    /// Goes down to the configurations; through lists as well, which no known program writes.
    fn descend(&mut self, text: &'t str, path: &[&str], depth: usize) -> Walked {
        let Some((next, rest)) = path.split_first() else { return self.configuration(text) };
        if depth > MAXIMUM_DEPTH {
            self.push(text, is_container(text));
            return Ok(());
        }
        for (name, value) in children(text)? {
            match name {
                Name::Key(name) if name == *next => self.descend(value.get(), rest, depth + 1)?,
                Name::Place(_) => self.descend(value.get(), path, depth + 1)?,
                Name::Key(_) => {}
            }
        }
        Ok(())
    }

    fn configuration(&mut self, text: &'t str) -> Walked {
        children(text)?.into_iter().try_for_each(|(name, value)| self.inside(name, value))
    }

    fn inside(&mut self, name: Name<'t>, value: &'t RawValue) -> Walked {
        self.path.push(name.into_text());
        let walked = self.field(value.get());
        self.path.pop();
        walked
    }

    /// A field, or what stands in its place: in objects and lists at any depth there may be something with a `value` that
    /// says that it is sensitive.
    fn field(&mut self, text: &'t str) -> Walked {
        if self.path.len() > MAXIMUM_DEPTH {
            // In doubt it is sensitive.
            self.push(text, is_container(text));
            return Ok(());
        }
        let (mut values, mut is_sensitive) = (Vec::new(), false);
        for (name, value) in children(text)? {
            match &name {
                Name::Key(key) if key == "value" => values.push((name, value)),
                Name::Key(key) if key == "sensitive" => {
                    is_sensitive |= !matches!(value.get(), "false" | "null" | "\"false\"");
                }
                _ if is_container(value.get()) => self.inside(name, value)?,
                _ => {}
            }
        }
        for (name, value) in values {
            self.push(value.get(), is_sensitive);
            if !is_sensitive && is_container(value.get()) {
                self.inside(name, value)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &'t str, is_sensitive: bool) {
        self.found.push(ConfigurationValue { path: self.path.clone(), text, is_sensitive });
    }
}

/// The name of a part of an object or of a list.
enum Name<'t> {
    Key(Cow<'t, str>),
    Place(usize),
}

impl<'t> Name<'t> {
    fn into_text(self) -> Cow<'t, str> {
        match self {
            Self::Key(key) => key,
            Self::Place(place) => format!("[{place}]").into(),
        }
    }
}

/// What stands in an object or a list, in order; nothing stands in anything else.
fn children(text: &str) -> Result<Vec<(Name<'_>, &RawValue)>, serde_json::Error> {
    match text.trim_start().as_bytes().first() {
        Some(b'{') => Ok(serde_json::from_str::<Members<'_>>(text)?.0),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(items.into_iter().enumerate().map(|(place, item)| (Name::Place(place), item)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

fn is_container(text: &str) -> bool {
    text.starts_with(['{', '['])
}

/// The members of an object, also those with the same name.
struct Members<'t>(Vec<(Name<'t>, &'t RawValue)>);

#[derive(Deserialize)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'t> Visitor<'t> for MembersVisitor {
            type Value = Members<'t>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(Key(key)) = members.next_key()? {
                    all.push((Name::Key(key), members.next_value()?));
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
