//! A JSON object of which a few fields matter.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The fields of a JSON object that were asked for, where they stand in its text. The others are read
/// over, which takes a fraction of the time of keeping them.
#[derive(Debug, Clone, Default)]
pub struct Outline<'a> {
    fields: Vec<(&'a str, &'a RawValue)>,
    objects: Vec<(&'a str, Outline<'a>)>,
}

/// Paths of fields (`connector.id`), with those that lead into the same object together, so that it is read once.
#[derive(Debug, Clone, Default)]
pub struct FieldPaths<'a> {
    names: Vec<&'a str>,
    objects: Vec<(&'a str, Vec<&'a str>)>,
}

impl<'a> FieldPaths<'a> {
    /// Takes paths in any order, also several times.
    pub fn new(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for path in paths {
            let mut names = path.split('.');
            let (name, inner) = (names.next().unwrap_or_default(), names.next());
            if !all.names.contains(&name) {
                all.names.push(name);
            }
            let Some(inner) = inner else { continue };
            match all.objects.iter_mut().find(|(object, _)| *object == name) {
                Some((_, names)) if names.contains(&inner) => {}
                Some((_, names)) => names.push(inner),
                None => all.objects.push((name, vec![inner])),
            }
        }
        all
    }
}

impl<'a> Outline<'a> {
    /// Reads a text; `None` if it is no JSON object.
    pub fn read(text: &'a str, names: &'a [&'a str]) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let fields = Names(names).deserialize(&mut deserializer).ok()?;
        deserializer.end().ok()?;
        Some(Self { fields, objects: Vec::new() })
    }

    /// Reads a text, and the objects in it that several paths lead into; `None` if it is no JSON object.
    pub fn read_paths(text: &'a str, paths: &'a FieldPaths<'a>) -> Option<Self> {
        let mut outline = Self::read(text, &paths.names)?;
        for (name, names) in &paths.objects {
            let object = outline.get_raw(name).and_then(|object| Self::read(object.get(), names));
            outline.objects.extend(object.map(|object| (*name, object)));
        }
        Some(outline)
    }

    /// A field that is an object, if it was read.
    pub(crate) fn object(&self, name: &str) -> Option<&Self> {
        self.objects.iter().find(|(of, _)| *of == name).map(|(_, object)| object)
    }

    /// The JSON text of a field that was asked for, unless it is missing or null. Of a name that is there
    /// twice the last counts.
    pub fn get_raw(&self, name: &str) -> Option<&'a RawValue> {
        let found = self.fields.iter().rev().find(|(of, _)| *of == name);
        found.map(|(_, value)| *value).filter(|value| value.get() != "null")
    }
}

struct Names<'a>(&'a [&'a str]);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> DeserializeSeed<'a> for Names<'a> {
    type Value = Vec<(&'a str, &'a RawValue)>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    type Value = Vec<(&'a str, &'a RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::with_capacity(self.0.len());
        while let Some(Name(name)) = fields.next_key()? {
            match self.0.iter().find(|wanted| **wanted == name) {
                Some(wanted) => found.push((*wanted, fields.next_value()?)),
                None => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_found_and_the_last_of_several() {
        let text = r#"{"a":1.10,"b":{"c":[1e400]},"c":null,"\u0061":"x"}"#;
        let outline = Outline::read(text, &["a", "b", "c", "d"]).unwrap();
        let found = ["a", "b", "c", "d"].map(|name| outline.get_raw(name).map(RawValue::get));
        assert_eq!(found, [Some(r#""x""#), Some(r#"{"c":[1e400]}"#), None, None]);
        let paths = FieldPaths::new(["b.c", "a", "b.d", "b.c", "c.x", "a"].into_iter());
        let outline = Outline::read_paths(text, &paths).unwrap();
        assert_eq!(outline.get_raw("a").map(RawValue::get), Some(r#""x""#));
        let inner = outline.object("b").unwrap();
        assert_eq!(inner.get_raw("c").map(RawValue::get), Some("[1e400]"));
        assert!(
            inner.get_raw("d").is_none() && outline.object("a").is_none() && outline.object("c").is_none()
        );
        assert!(Outline::read(text, &[]).unwrap().get_raw("a").is_none());
        for text in ["", "[]", "{", "{}{}", r#"{"a":}"#, r#"{"x":tru}"#, r#"{"a":1,}"#, "1"] {
            assert!(Outline::read(text, &["a"]).is_none(), "{text}");
        }
    }
}
