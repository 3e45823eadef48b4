//! What a configuration field asks of its value, beyond its type.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::value::Value;
use crate::enumeration::enumeration;
use crate::regular_expression;

enumeration! {
    /// The kinds of validations of a configuration field.
    ConfigurationValidation {
        /// The value is greater than the constraint, a number.
        GreaterThan,
        /// The value, or each item of a list, is in the constraint, an array.
        IncludedIn,
        /// The value is less than the constraint, a number.
        LessThan,
        /// Each item of a list is of the type that the constraint names, `int` or `str`.
        ListType,
        /// The constraint, a regular expression, is found in the value.
        Regex,
    }
}

enumeration! {
    /// What the items of a list can be.
    ItemType {
        Int,
        Str,
    }
}

/// A validation as it is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    #[serde(rename = "type")]
    kind: ConfigurationValidation,
    constraint: Box<RawValue>,
}

/// A validation with a constraint that it can have.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Sent")]
pub(super) enum Validation {
    GreaterThan(f64),
    IncludedIn(Vec<Value>),
    LessThan(f64),
    ListType(ItemType),
    Regex(String),
}

impl TryFrom<Sent> for Validation {
    type Error = String;

    fn try_from(Sent { kind, constraint }: Sent) -> Result<Self, String> {
        fn read<'de, T: Deserialize<'de>>(text: &'de RawValue, what: &str) -> Result<T, String> {
            serde_json::from_str(text.get()).map_err(|_| format!("[constraint] must be {what}"))
        }
        Ok(match kind {
            ConfigurationValidation::GreaterThan => Self::GreaterThan(read(&constraint, "a number")?),
            ConfigurationValidation::IncludedIn => Self::IncludedIn(read(&constraint, "an array")?),
            ConfigurationValidation::LessThan => Self::LessThan(read(&constraint, "a number")?),
            ConfigurationValidation::ListType => Self::ListType(read(&constraint, "[int] or [str]")?),
            ConfigurationValidation::Regex => {
                let pattern: String = read(&constraint, "a regular expression")?;
                regular_expression::check(&pattern)
                    .map_err(|problem| format!("[constraint] is no regular expression: {problem}"))?;
                Self::Regex(pattern)
            }
        })
    }
}

impl Validation {
    /// What a value that is not empty fails to be; `items` are those of a list, or the value alone.
    pub(super) fn problem(&self, value: &Value, items: &[Value]) -> Option<String> {
        let number = || value.words().trim().parse::<f64>().ok();
        let listed = || value.items().unwrap_or_else(|| vec![value.clone()]);
        let (holds, what) = match self {
            Self::GreaterThan(bound) => {
                (number().is_none_or(|number| number > *bound), format!("greater than [{bound}]"))
            }
            Self::LessThan(bound) => {
                (number().is_none_or(|number| number < *bound), format!("less than [{bound}]"))
            }
            Self::ListType(ItemType::Int) => {
                (listed().iter().all(|item| item.integer().is_some()), "a list of whole numbers".to_owned())
            }
            Self::ListType(ItemType::Str) => {
                (listed().iter().all(Value::is_scalar), "a list of strings".to_owned())
            }
            Self::IncludedIn(known) => (are_known(items, known), one_of(known)),
            Self::Regex(pattern) => (
                regular_expression::is_found(pattern, &value.words()),
                format!("such that the expression [{pattern}] is found in it"),
            ),
        };
        (!holds).then_some(what)
    }
}

/// Whether each item is one of those that are known.
pub(super) fn are_known(items: &[Value], known: &[Value]) -> bool {
    let known: HashSet<_> = known.iter().map(Value::words).collect();
    items.iter().all(|item| known.contains(&item.words()))
}

/// Those that are known, in words.
pub(super) fn one_of(known: &[Value]) -> String {
    let words: Vec<_> = known.iter().map(Value::words).collect();
    format!("one of [{}]", words.join(", "))
}
