//! The configuration of a connector: its settings and their values.

mod field;
mod shape;
mod validation;
mod value;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::field::ParsedField;
use super::{Connector, fields};
use crate::document::raw;
use crate::regular_expression::Budget;
use crate::sensitive::{is_mask, keep_masked_in};
use crate::{ConnectorStatus, Object, Refusal, Warned};

pub use field::{ConfigurationDisplay, ConfigurationField, ConfigurationType};
pub use validation::ConfigurationValidation;

/// The body that changes the configuration: fields with values, or values only.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorConfiguration {
    /// The fields that replace all existing ones, each with its value.
    pub configuration: Option<IndexMap<String, ConfigurationField>>,
    /// New values for existing fields, by name.
    pub values: Option<Object>,
}

/// The parsed fields of a configuration.
struct ParsedFields(IndexMap<String, ParsedField>);

impl ParsedFields {
    /// Whether a field is active: whether the fields it depends on have the required values. A sensitive one counts as if
    /// it had not: warnings must not tell its value to those who guess.
    fn is_used(&self, field: &ParsedField) -> bool {
        field.depends_on.iter().all(|dependency| {
            let other = dependency.field.as_ref().and_then(|name| self.0.get(name));
            other.is_some_and(|other| !other.sensitive && other.effective().is_same(&dependency.value))
        })
    }
}

impl Connector {
    /// Replaces the configuration, or values of it. Both make the connector configured. Values that violate their
    /// fields are stored with a warning, as in Elasticsearch. A value that is the [`MASK`](crate::MASK) of one that is not
    /// shown stays as it is, without a warning.
    ///
    /// Workers register their fields without values, which is no reason for a warning.
    pub fn set_configuration(mut self, body: &ConnectorConfiguration) -> Result<Warned<Self>, Refusal> {
        let present = self.document.get(fields::CONFIGURATION).unwrap_or_default();
        let next = match (&body.configuration, &body.values) {
            (Some(configuration), None) => whole(configuration),
            (None, Some(values)) => with_values(present.clone(), values)?,
            (None, None) => return Err(Refusal::validation("[configuration] or [values] is required")),
            (Some(_), Some(_)) => {
                return Err(Refusal::validation("[configuration] cannot be sent with [values]"));
            }
        };
        self.document.set(fields::CONFIGURATION, &keep_masked_in(next.value, &present)?);
        self.document.set(fields::STATUS, &ConnectorStatus::Configured);
        Ok(Warned { value: self, warnings: next.warnings })
    }
}

fn whole(configuration: &IndexMap<String, ConfigurationField>) -> Warned<Object> {
    let fields =
        ParsedFields(configuration.iter().map(|(name, sent)| (name.clone(), sent.field.clone())).collect());
    let mut budget = Budget::default();
    let warnings = fields.0.iter().flat_map(|(name, field)| {
        let place = format!("configuration.{name}");
        let mut warnings = field.own_warnings(&place, &mut budget);
        let value = field.value_warning(&format!("{place}.value"), fields.is_used(field), &mut budget);
        warnings.extend(value);
        warnings
    });
    let mut next = Object::default();
    for (name, sent) in configuration {
        next.set_raw(name, raw(&sent.text));
    }
    Warned::new(next, warnings)
}

fn with_values(mut configuration: Object, values: &Object) -> Result<Warned<Object>, Refusal> {
    let unknown: Vec<&str> =
        values.iter().map(|(name, _)| name).filter(|name| !configuration.contains(name)).collect();
    if !unknown.is_empty() {
        return Err(Refusal::UnknownConfigurationFields(unknown.join(", ")));
    }
    let mut problems = Vec::new();
    for (name, value) in values.iter() {
        match entry(&configuration, name) {
            Some(mut entry) => {
                entry.set_raw("value", value.to_owned());
                configuration.set_raw(name, raw(&entry));
            }
            None => {
                problems.push(format!("[values.{name}] cannot be set: [configuration.{name}] is no object"));
            }
        }
    }
    Refusal::if_any(problems)?;
    let understood = |(name, text): (&str, &RawValue)| {
        (name.to_owned(), ParsedField::understood(&Object::parse(text.get()).unwrap_or_default()))
    };
    let fields = ParsedFields(configuration.iter().map(understood).collect());
    let mut budget = Budget::default();
    let given = values.iter().filter(|(_, value)| !is_mask(value.get()));
    let warnings = given.filter_map(|(name, _)| {
        let field = fields.0.get(name)?;
        field.value_warning(&format!("values.{name}"), fields.is_used(field), &mut budget)
    });
    Ok(Warned::new(configuration, warnings))
}

fn entry(configuration: &Object, name: &str) -> Option<Object> {
    Object::parse(configuration.get_raw(name)?.get()).ok()
}

#[cfg(test)]
mod tests;
