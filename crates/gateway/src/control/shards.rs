//! What answers say of shards: a control index has one, and it always succeeds.

use schemars::JsonSchema;
use serde::Serialize;

/// How many shards took part.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Shards {
    total: u32,
    successful: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u32>,
    failed: u32,
}

impl Shards {
    /// Those of a write.
    pub(crate) const WRITTEN: Self = Self { total: 1, successful: 1, skipped: None, failed: 0 };
}

/// Those of a read.
pub(crate) const SHARDS: Shards = Shards { total: 1, successful: 1, skipped: Some(0), failed: 0 };
