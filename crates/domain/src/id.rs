//! The ids of connectors, sync jobs and secrets.

use std::fmt;

use crate::Refusal;

/// The most bytes of UTF-8 an id may have, as in Elasticsearch.
pub const MAXIMUM_ID_BYTES: usize = 512;

/// The id of a connector, a sync job or a secret: not empty, at most [`MAXIMUM_ID_BYTES`] long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    /// Validates an id; `name` is its name in the request, for the refusal.
    pub fn parse(name: &str, id: impl Into<String>) -> Result<Self, Refusal> {
        let id = id.into();
        if id.is_empty() {
            return Err(Refusal::validation(format!("[{name}] must not be empty")));
        }
        if id.len() > MAXIMUM_ID_BYTES {
            return Err(Refusal::validation(format!(
                "[{name}] is too long, must be no longer than {MAXIMUM_ID_BYTES} bytes but was: {}",
                id.len()
            )));
        }
        Ok(Self(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_to_512_bytes() {
        assert!(Id::parse("id", "").is_err());
        assert!(Id::parse("id", "é".repeat(256)).is_ok());
        assert!(Id::parse("id", "é".repeat(256) + "x").is_err());
    }
}
