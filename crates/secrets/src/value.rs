//! The value of a secret, which is exposed only explicitly.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use tributary_domain::Refusal;
use zeroize::Zeroizing;

/// A value that must not be exposed by accident; its memory is zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

/// Does not show the value.
impl fmt::Debug for SecretValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretValue(…)")
    }
}

impl SecretValue {
    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretValue {
    fn from(value: &str) -> Self {
        Self(Zeroizing::new(value.to_owned()))
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Parsed as raw text first, since serde's error would contain a value that is not a string.
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let value = serde_json::from_str::<String>(text.get());
        let value = value.map_err(|_| de::Error::custom("invalid type: expected a string"))?;
        Ok(Self(Zeroizing::new(value)))
    }
}

impl JsonSchema for SecretValue {
    fn schema_name() -> Cow<'static, str> {
        "SecretValue".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1 })
    }
}

/// The body of a request that stores a secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// What is to be kept secret; not empty.
    pub value: SecretValue,
}

impl NewSecret {
    /// The value, if it is one that can be kept.
    pub fn checked(self) -> Result<SecretValue, Refusal> {
        if self.value.expose().is_empty() {
            return Err(Refusal::validation("[value] must not be empty"));
        }
        Ok(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_by_name_alone() {
        let secret: NewSecret = serde_json::from_str(r#"{"value":"hidd\u0065n"}"#).unwrap();
        assert!(!format!("{secret:?}").contains("hidden"), "{secret:?}");
        assert_eq!(secret.checked().unwrap().expose(), "hidden");
        assert!(serde_json::from_str::<NewSecret>(r#"{"value":""}"#).unwrap().checked().is_err());
        for wrong in [r#"{"value":424242}"#, r#"{"value":["424242"]}"#, r#"{"value":{"424242":1}}"#] {
            let error = serde_json::from_str::<NewSecret>(wrong).unwrap_err().to_string();
            assert!(error.contains("expected a string") && !error.contains("424242"), "{error}");
        }
    }
}
