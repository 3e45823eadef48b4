//! Declarations of the known fields of stored documents, each with its type and description.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};

/// A type of values of known fields.
pub trait FieldValue: Serialize + DeserializeOwned + JsonSchema {
    /// The shape in a word or two, for the reference: `object`, `boolean`, the name of an enumeration.
    const SHAPE: Cow<'static, str>;
}

/// The name of a known field and the type of its value.
#[derive(Debug)]
pub struct Field<T> {
    /// The key in the JSON object.
    pub name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> Field<T> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }
}

/// A known field as the reference shows it.
#[derive(Debug, Clone)]
pub struct FieldDescription {
    /// The key in the JSON object.
    pub name: &'static str,
    /// The shape of the value.
    pub shape: Cow<'static, str>,
    /// What the field means and when it is present.
    pub description: &'static str,
    /// Makes the JSON Schema of the value.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

/// The JSON Schema of a document with these fields, its `id`, and any other fields.
pub(crate) fn document_schema(
    fields: &[FieldDescription],
    description: &str,
    generator: &mut SchemaGenerator,
) -> Schema {
    let mut properties = serde_json::Map::new();
    properties.insert("id".to_owned(), serde_json::json!({ "type": "string" }));
    for field in fields {
        // Other programs may store null where this service omits a field.
        let schema = serde_json::json!({
            "description": field.description.trim(),
            "anyOf": [(field.schema)(generator), { "type": "null" }],
        });
        properties.insert(field.name.to_owned(), schema);
    }
    schemars::json_schema!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": ["id"],
    })
}

impl FieldValue for String {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("string");
}

impl FieldValue for bool {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("boolean");
}

/// Declares the known fields of a kind of document: a typed constant for each, and the list of all with their doc
/// comments as descriptions.
macro_rules! fields {
    ($(#[$outer:meta])* $list:ident { $($(#[doc = $text:literal])+ $constant:ident: $kind:ty = $name:literal,)* }) => {
        $($(#[doc = $text])+ pub(crate) const $constant: $crate::field::Field<$kind> =
            $crate::field::Field::new($name);)*

        $(#[$outer])*
        pub const $list: &[$crate::field::FieldDescription] = &[$($crate::field::FieldDescription {
            name: $name,
            shape: <$kind as $crate::field::FieldValue>::SHAPE,
            description: concat!($($text),+),
            schema: |generator| generator.subschema_for::<$kind>(),
        }),*];
    };
}
pub(crate) use fields;
