//! Patches: fields of request bodies for which absent, null and a value differ.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use crate::{Document, Field, FieldValue};

/// The change of a field in a request body. As a field of a body it needs `#[serde(default)]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldPatch<T> {
    /// The field is absent and stays unchanged.
    #[default]
    Absent,
    /// The field is set to null.
    Null,
    /// The new value.
    Value(T),
}

impl<T> FieldPatch<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> FieldPatch<T> {
    /// Converts the value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> FieldPatch<U> {
        match self {
            Self::Absent => FieldPatch::Absent,
            Self::Null => FieldPatch::Null,
            Self::Value(value) => FieldPatch::Value(change(value)),
        }
    }
}

impl<T: FieldValue> FieldPatch<T> {
    /// Applies the patch to a field of a document.
    pub(crate) fn store(&self, document: &mut Document, field: Field<T>) {
        match self {
            Self::Absent => {}
            Self::Null => document.set_null(field),
            Self::Value(value) => document.set(field, value),
        }
    }
}

impl<T: JsonSchema> JsonSchema for FieldPatch<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FieldPatch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            name: FieldPatch<String>,
        }
        let cases = [
            ("{}", r#"{"name":"a"}"#),
            (r#"{"name":null}"#, r#"{"name":null}"#),
            (r#"{"name":"b"}"#, r#"{"name":"b"}"#),
        ];
        for (body, becomes) in cases {
            let body: Body = serde_json::from_str(body).unwrap();
            let mut document = Document::parse(r#"{"name":"a"}"#).unwrap();
            body.name.store(&mut document, Field::new("name"));
            assert_eq!(document.to_json(), becomes);
        }
    }
}
