//! Validations of a configuration field's value, in addition to its type.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::value::Value;
use crate::enumeration::enumeration;
use crate::regular_expression::Budget;

/// The maximum number of allowed values listed in a warning.
const MAXIMUM_LISTED: usize = 20;

enumeration! {
    /// The kinds of validations of a configuration field.
    ConfigurationValidation {
        /// The value is greater than the constraint, a number.
        GreaterThan,
        /// The value, or each item of a list, is among the constraint, an array.
        IncludedIn,
        /// The value is less than the constraint, a number.
        LessThan,
        /// Each item of a list is of the type that the constraint names, `int` or `str`.
        ListType,
        /// The value matches the constraint, a regular expression.
        Regex,
    }
}

enumeration! {
    /// The type of list items.
    ItemType {
        Int,
        Str,
    }
}

/// A validation in a request: of a known type, with any constraint or none.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ParsedValidation {
    #[serde(rename = "type")]
    kind: Option<ConfigurationValidation>,
    constraint: Option<Box<RawValue>>,
}

/// A constraint that can be evaluated.
enum Constraint {
    GreaterThan(f64),
    IncludedIn(Vec<Value>),
    LessThan(f64),
    ListType(ItemType),
    Regex(String),
}

impl ParsedValidation {
    /// Parses the constraint; the error says what is allowed.
    fn constraint(&self) -> Result<Constraint, &'static str> {
        fn read<'de, T: Deserialize<'de>>(text: &'de str, what: &'static str) -> Result<T, &'static str> {
            serde_json::from_str(text).map_err(|_| what)
        }
        let text = self.constraint.as_deref().map_or("null", RawValue::get);
        Ok(match self.kind.ok_or("one of a known [type]")? {
            ConfigurationValidation::GreaterThan => Constraint::GreaterThan(read(text, "a number")?),
            ConfigurationValidation::IncludedIn => Constraint::IncludedIn(read(text, "an array")?),
            ConfigurationValidation::LessThan => Constraint::LessThan(read(text, "a number")?),
            ConfigurationValidation::ListType => Constraint::ListType(read(text, "[int] or [str]")?),
            ConfigurationValidation::Regex => Constraint::Regex(read(text, "a regular expression")?),
        })
    }

    /// What is allowed in place of an unusable constraint.
    pub(super) fn constraint_advice(&self, budget: &mut Budget) -> Option<String> {
        match self.constraint() {
            Ok(Constraint::Regex(pattern)) => {
                let problem = budget.problem(&pattern)?;
                Some(format!("must be a regular expression: {problem}"))
            }
            Ok(_) => None,
            Err(what) => Some(format!("must be {what}")),
        }
    }

    /// The unmet requirement of a non-empty value; `items` are those of a list, or the single value.
    pub(super) fn value_advice(&self, value: &Value, items: &[Value], budget: &mut Budget) -> Option<String> {
        let number = || value.words().trim().parse::<f64>().ok();
        let listed = || value.items().unwrap_or_else(|| vec![value.clone()]);
        let (holds, what) = match self.constraint().ok()? {
            Constraint::GreaterThan(bound) => {
                (number().is_none_or(|number| number > bound), format!("greater than [{bound}]"))
            }
            Constraint::LessThan(bound) => {
                (number().is_none_or(|number| number < bound), format!("less than [{bound}]"))
            }
            Constraint::ListType(ItemType::Int) => {
                (listed().iter().all(|item| item.integer().is_some()), "a list of whole numbers".to_owned())
            }
            Constraint::ListType(ItemType::Str) => {
                (listed().iter().all(Value::is_scalar), "a list of strings".to_owned())
            }
            Constraint::IncludedIn(known) => (are_known(items, &known), one_of(&known)),
            Constraint::Regex(pattern) => (
                !budget.is_missing(&pattern, &value.words()),
                format!("such that the expression [{pattern}] is found in it"),
            ),
        };
        (!holds).then_some(what)
    }
}

/// Whether each item is among the allowed values.
pub(super) fn are_known(items: &[Value], known: &[Value]) -> bool {
    let known: HashSet<_> = known.iter().map(Value::words).collect();
    items.iter().all(|item| known.contains(&item.words()))
}

/// The allowed values, for a message.
pub(super) fn one_of(known: &[Value]) -> String {
    let mut words: Vec<_> = known.iter().take(MAXIMUM_LISTED).map(Value::words).collect();
    if known.len() > MAXIMUM_LISTED {
        words.push("…".into());
    }
    format!("one of [{}]", words.join(", "))
}
