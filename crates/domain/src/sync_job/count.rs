//! Numbers of documents and bytes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::FieldValue;

/// A number of documents, or of bytes: 64 bits with a sign, as a search engine's `long`.
///
/// It can be read when it is negative, so that all the negative ones of a request are named
/// together; the rules never store one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub i64);

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "integer", "format": "int64", "minimum": 0 })
    }
}

impl FieldValue for Count {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("integer (64-bit)");
}
