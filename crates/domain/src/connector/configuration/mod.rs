//! What has to be known to reach a source: which settings there are, and their values.

mod field;
mod shape;
mod validation;
mod value;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::field::Field;
use super::{Connector, ConnectorStatus, fields};
use crate::document::raw;
use crate::{Object, Refusal};

pub use field::{ConfigurationDisplay, ConfigurationField, ConfigurationType};
pub use validation::ConfigurationValidation;

/// The body of a change of the configuration: the fields with their values, or values alone.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorConfiguration {
    /// The fields that take the place of all that are there, each with its value.
    pub configuration: Option<IndexMap<String, ConfigurationField>>,
    /// The next values of fields that are there already, by their names.
    pub values: Option<Object>,
}

/// The fields of a configuration, as far as they are understood.
struct Fields(IndexMap<String, Field>);

impl Fields {
    /// Whether a field is used: whether the fields that it depends on have the values that it names.
    fn is_used(&self, field: &Field) -> bool {
        field.depends_on.iter().all(|dependency| {
            let other = self.0.get(&*dependency.field);
            other.is_some_and(|other| other.effective().words() == dependency.value.words())
        })
    }
}

impl Connector {
    /// The connector with another configuration, or with other values in the one it has. Either makes it
    /// configured.
    ///
    /// Workers announce what they need with fields that have no values yet: what is required may be empty
    /// in a whole configuration, but must not be emptied by name.
    pub fn set_configuration(mut self, body: &ConnectorConfiguration) -> Result<Self, Refusal> {
        let next = match (&body.configuration, &body.values) {
            (Some(configuration), None) => whole(configuration)?,
            (None, Some(values)) => {
                with_values(self.document.get(fields::CONFIGURATION).unwrap_or_default(), values)?
            }
            (None, None) => return Err(Refusal::validation("[configuration] or [values] is required")),
            (Some(_), Some(_)) => {
                return Err(Refusal::validation("[configuration] cannot be sent with [values]"));
            }
        };
        self.document.set(fields::CONFIGURATION, &next);
        self.document.set(fields::STATUS, &ConnectorStatus::Configured);
        Ok(self)
    }
}

fn whole(configuration: &IndexMap<String, ConfigurationField>) -> Result<Object, Refusal> {
    let fields =
        Fields(configuration.iter().map(|(name, sent)| (name.clone(), sent.field.clone())).collect());
    let problems = fields.0.iter().flat_map(|(name, field)| {
        let value = field.problem(fields.is_used(field));
        let value = value.map(|problem| format!("[configuration.{name}.value] {problem}"));
        let default = field.default_problem();
        let default = default.map(|problem| format!("[configuration.{name}.default_value] {problem}"));
        value.into_iter().chain(default)
    });
    Refusal::if_any(problems.collect())?;
    let mut next = Object::default();
    for (name, sent) in configuration {
        next.set_raw(name, raw(&sent.text));
    }
    Ok(next)
}

fn with_values(mut configuration: Object, values: &Object) -> Result<Object, Refusal> {
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
    let understood = |(name, text): (&str, &RawValue)| {
        (name.to_owned(), Field::understood(&Object::parse(text.get()).unwrap_or_default()))
    };
    let fields = Fields(configuration.iter().map(understood).collect());
    for (name, field) in values.iter().filter_map(|(name, _)| Some((name, fields.0.get(name)?))) {
        let is_used = fields.is_used(field);
        let is_missing = field.required && is_used && field.value.is_empty();
        let missing = is_missing.then(|| "must not be empty, it is required".to_owned());
        let problem = missing.or_else(|| field.problem(is_used));
        problems.extend(problem.map(|problem| format!("[values.{name}] {problem}")));
    }
    Refusal::if_any(problems)?;
    Ok(configuration)
}

fn entry(configuration: &Object, name: &str) -> Option<Object> {
    Object::parse(configuration.get_raw(name)?.get()).ok()
}

#[cfg(test)]
mod tests;
