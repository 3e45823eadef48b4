//! Stored JSON objects that preserve the text of their values.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::field::{Field, FieldValue};

/// The text is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON object: {0}")]
pub struct DocumentError(#[from] serde_json::Error);

/// A stored JSON object. The order of its keys and the text of every value are preserved, including `1.10`, `1e400`,
/// integers beyond 64 bits, nulls and nesting.
///
/// Changing a field does not affect the others; a new field is appended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document {
    fields: IndexMap<String, Box<RawValue>>,
}

/// A JSON object inside a document or a request body, preserved like a [`Document`].
pub type Object = Document;

impl Document {
    /// Reads a document from its JSON text.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        Ok(serde_json::from_str(text)?)
    }

    /// Writes the document as JSON, without whitespace between its fields.
    ///
    /// # Panics
    /// Never: an object of texts that were read as JSON can always be written.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an object of JSON texts can be written")
    }

    /// Writes the document as clients see it: with its `id` as the first field, or in the position of an `id` in the
    /// stored document, which is overwritten.
    pub fn render(&self, id: &str) -> String {
        let text = raw(id);
        // A document that was read from a store has its id already.
        if self.fields.get("id").is_some_and(|own| own.get() == text.get()) {
            return self.to_json();
        }
        let mut rendered = self.clone();
        rendered.set_raw("id", text);
        if !self.fields.contains_key("id") {
            let last = rendered.fields.len() - 1;
            rendered.fields.move_index(last, 0);
        }
        rendered.to_json()
    }

    /// Like [`render`](Self::render), for the text of a document and without parsing it where possible; `None` if the
    /// text is not a JSON object. Whitespace is preserved.
    ///
    /// ```
    /// # use tributary_domain::Document;
    /// assert_eq!(Document::render_text(r#"{"a": 1.10}"#, "x").unwrap(), r#"{"id":"x","a": 1.10}"#);
    /// ```
    pub fn render_text(text: &str, id: &str) -> Option<String> {
        let inner = text.trim_start().strip_prefix('{')?.trim_start();
        if may_have_own_id(text) {
            return Self::parse(text).ok().map(|document| document.render(id));
        }
        let separator = if inner.starts_with('}') { "" } else { "," };
        let mut rendered = String::with_capacity(text.len() + id.len() + 10);
        rendered.push_str("{\"id\":");
        rendered.push_str(raw(id).get());
        rendered.push_str(separator);
        rendered.push_str(inner);
        Some(rendered)
    }

    /// The id in the text of a document as clients see it, where possible without reading further; `None` if it has
    /// none.
    pub fn id_of_text(text: &str) -> Option<String> {
        match text.strip_prefix("{\"id\":") {
            Some(rest) => serde_json::Deserializer::from_str(rest).into_iter().next()?.ok(),
            None => Self::parse(text).ok()?.id(),
        }
    }

    /// The id, in a document as clients see it.
    pub fn id(&self) -> Option<String> {
        self.get(Field::new("id"))
    }

    /// The value of a known field, or `None` if it is absent, null, or of another type.
    pub fn get<T: FieldValue>(&self, field: Field<T>) -> Option<T> {
        serde_json::from_str(self.get_raw(field.name)?.get()).ok()
    }

    /// The text of any field that is present and not null.
    pub fn get_raw(&self, name: &str) -> Option<&RawValue> {
        self.fields.get(name).map(AsRef::as_ref).filter(|value| value.get() != "null")
    }

    /// Whether the field is present, even if it is null.
    pub fn contains(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Sets a known field, in its position if it is present.
    pub fn set<T: FieldValue>(&mut self, field: Field<T>, value: &T) {
        self.set_raw(field.name, raw(value));
    }

    /// Sets a field to a JSON text, in its position if it is present.
    pub fn set_raw(&mut self, name: &str, value: Box<RawValue>) {
        if let Some(present) = self.fields.get_mut(name) {
            *present = value;
        } else {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// Sets a known field if there is a value for it.
    pub fn set_if_some<T: FieldValue>(&mut self, field: Field<T>, value: Option<&T>) {
        if let Some(value) = value {
            self.set(field, value);
        }
    }

    /// Sets a known field to null, in its position if it is present.
    pub fn set_null<T: FieldValue>(&mut self, field: Field<T>) {
        self.set_raw(field.name, RawValue::NULL.to_owned());
    }

    /// Sets a known field to a value or to null.
    pub fn set_or_null<T: FieldValue>(&mut self, field: Field<T>, value: Option<&T>) {
        match value {
            Some(value) => self.set(field, value),
            None => self.set_null(field),
        }
    }

    /// Copies a field from another document if it is present and not null there.
    pub fn copy_from(&mut self, other: &Self, name: &str) {
        if let Some(value) = other.get_raw(name) {
            self.set_raw(name, value.to_owned());
        }
    }

    /// Removes a field and keeps the order of the others.
    pub fn remove(&mut self, name: &str) {
        self.fields.shift_remove(name);
    }

    /// Merges the fields of `other` into this object, recursively for objects on both sides, like a partial update in
    /// Elasticsearch.
    pub fn merge(&mut self, other: &Self) {
        for (name, value) in &other.fields {
            let merged = self
                .get_raw(name)
                .and_then(|present| Self::parse(present.get()).ok())
                .zip(Self::parse(value.get()).ok())
                .map(|(mut present, added)| {
                    present.merge(&added);
                    raw(&present)
                });
            self.set_raw(name, merged.unwrap_or_else(|| value.clone()));
        }
    }

    /// Merges a value that serializes as an object into a known field, as [`merge`](Self::merge) does; a present value
    /// that is not an object is replaced.
    pub(crate) fn merge_field<T: Serialize>(&mut self, field: Field<Self>, value: &T) {
        let mut merged = self.get(field).unwrap_or_default();
        if let Ok(added) = Self::parse(raw(value).get()) {
            merged.merge(&added);
        }
        self.set(field, &merged);
    }

    /// The fields in order, each with the text of its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_ref()))
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// Documents are equal if they have the same fields in the same order with the same text.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        let same = |((name, value), (other_name, other_value)): ((&str, &RawValue), (&str, &RawValue))| {
            name == other_name && value.get() == other_value.get()
        };
        self.fields.len() == other.fields.len() && self.iter().zip(other.iter()).all(same)
    }
}

impl JsonSchema for Document {
    fn schema_name() -> Cow<'static, str> {
        "Document".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

impl FieldValue for Document {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("object");
}

impl FieldValue for Vec<Object> {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("array of objects");
}

/// Whether the text may have a top-level field `id`, so that it has to be parsed.
fn may_have_own_id(text: &str) -> bool {
    // The name may be written with escapes, although no known program does so.
    if text.contains("\\u00") {
        return true;
    }
    let own_start = text.find('{').unwrap_or_default();
    text.match_indices("\"id\"").any(|(place, _)| {
        let before = text[..place].trim_end();
        match before.as_bytes().last() {
            // The first field of the outer or of an inner object.
            Some(b'{') => before.len() - 1 == own_start,
            // A value.
            Some(b':') => false,
            _ => true,
        }
    })
}

/// Writes a value as JSON text.
///
/// # Panics
/// Never for the types of this crate, whose keys are all strings.
pub(crate) fn raw<T: Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("a value of this crate can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGE: &str = r#"{"b":1.10,"a":{"z":1e400,"y":[],"x":{}},"n":null,"big":123456789012345678901234567890,"e":"\u00e9"}"#;

    #[test]
    fn keeps_order_and_text_of_everything() {
        assert_eq!(Document::parse(STRANGE).unwrap().to_json(), STRANGE);
    }

    #[test]
    fn renders_the_id_first_or_where_the_source_has_one() {
        let cases = [
            ("{}", r#"{"id":"x"}"#),
            (r#"{"a":1}"#, r#"{"id":"x","a":1}"#),
            (r#"{"a":1,"id":"other","b":2}"#, r#"{"a":1,"id":"x","b":2}"#),
        ];
        for (stored, rendered) in cases {
            assert_eq!(Document::parse(stored).unwrap().render("x"), rendered);
        }
    }

    #[test]
    fn the_id_is_found_wherever_it_is() {
        let cases = [
            (r#"{"id":"x"}"#, Some("x")),
            (r#"{"id":"a\"\u00e9","connector":{"id":"c"}}"#, Some("a\"é")),
            (r#"{"a":1,"id":"x"}"#, Some("x")),
            (r#"{"connector":{"id":"c"}}"#, None),
            (r#"{"id":7}"#, None),
            (r#"{"id":"#, None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Document::id_of_text(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn texts_are_rendered_like_documents() {
        let cases = [
            "{}",
            r#"{"a":1}"#,
            r#"{"a":1,"id":"other","b":2}"#,
            r#"{"id":7}"#,
            r#"{"connector":{"id":"c"},"rules":[{"id":"r"},{"x":1,"id":"r"}]}"#,
            r#"{"a":"id","b":["id","x"],"c":{"x":"\u00e9","id":1}}"#,
            r#"{"i\u0064":"other","a":1}"#,
            STRANGE,
        ];
        for text in cases {
            let expected = Document::parse(text).unwrap().render("x\"y");
            assert_eq!(Document::render_text(text, "x\"y").unwrap(), expected, "{text}");
        }
        assert_eq!(Document::render_text(" { } ", "x").unwrap(), r#"{"id":"x"} "#);
        assert_eq!(Document::render_text(" {\n\"a\" : 1 }", "x").unwrap(), r#"{"id":"x","a" : 1 }"#);
        assert_eq!(Document::render_text("[]", "x"), None);
    }

    #[test]
    fn a_change_touches_one_field_only() {
        let mut document = Document::parse(STRANGE).unwrap();
        document.set_raw("n", raw(&7));
        document.remove("b");
        document.set_raw("new", raw("x"));
        assert_eq!(
            document.to_json(),
            r#"{"a":{"z":1e400,"y":[],"x":{}},"n":7,"big":123456789012345678901234567890,"e":"\u00e9","new":"x"}"#
        );
    }

    #[test]
    fn merges_objects_in_depth() {
        let mut document = Document::parse(r#"{"a":{"b":1,"c":{"d":1.0}},"l":[1]}"#).unwrap();
        document.merge(&Document::parse(r#"{"a":{"c":{"e":2.50}},"l":{"x":1},"m":1e2}"#).unwrap());
        assert_eq!(document.to_json(), r#"{"a":{"b":1,"c":{"d":1.0,"e":2.50}},"l":{"x":1},"m":1e2}"#);
    }

    #[test]
    fn a_document_is_an_object() {
        for text in ["", "[]", "1", "null", "{", r#"{"a":}"#, "{}{}"] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
    }
}
