//! Numbers of documents and bytes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::FieldValue;

/// A number of documents, or of bytes: 64 bits with a sign, as a search engine's `long`.
///
/// It can be read when it is negative, so that all the negative ones of a request are named
/// together; the rules never store one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub i64);

impl FieldValue for Count {
    const SHAPE: Cow<'static, str> = Cow::Borrowed("integer (64-bit)");
}
