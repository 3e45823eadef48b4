//! A configuration field: the declaration of a setting by a worker, and the validation of values.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::validation::{ParsedValidation, are_known, one_of};
use super::value::Value;
use crate::document::raw;
use crate::enumeration::enumeration;
use crate::kept;
use crate::regular_expression::Budget;
use crate::sensitive::is_mask;
use crate::strict_json::without_place;
use crate::{Lenient, Object, Warning};

enumeration! {
    /// How a configuration field is displayed.
    ConfigurationDisplay {
        /// A single-line input; an alias of text box.
        Text,
        /// A single-line input.
        Textbox,
        /// A multi-line input.
        Textarea,
        /// A number input.
        Numeric,
        /// A toggle.
        Toggle,
        /// A dropdown with its options.
        Dropdown,
    }
}

enumeration! {
    /// The type of a configuration field's value.
    ConfigurationType {
        /// A string.
        Str,
        /// An integer, or a string with one.
        Int,
        /// An array, or a comma-separated string.
        List,
        /// True or false.
        Bool,
    }
}

/// Another field, and the value of it that this field requires.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ParsedDependency {
    #[serde(default)]
    pub(super) field: Option<String>,
    #[serde(default)]
    pub(super) value: Value,
}

/// An option of a dropdown.
#[derive(Debug, Clone, Deserialize)]
struct ParsedOption {
    #[serde(rename = "label", default)]
    _label: Option<String>,
    #[serde(default)]
    value: Value,
}

/// The attributes of a configuration field that affect its value.
#[derive(Debug, Clone, Default)]
pub(super) struct ParsedField {
    default_value: Value,
    pub(super) depends_on: Vec<ParsedDependency>,
    options: Vec<ParsedOption>,
    required: bool,
    pub(super) sensitive: bool,
    kind: Option<ConfigurationType>,
    validations: Vec<ParsedValidation>,
    /// `None` if the field does not specify it.
    value: Option<Value>,
}

/// The maximum number of validations of a field that are evaluated.
const MAXIMUM_VALIDATIONS: usize = 20;

/// Deserializes an attribute for which null is the same as absent.
fn read<'de, T: Default + Deserialize<'de>>(text: &'de RawValue) -> Result<T, serde_json::Error> {
    Ok(serde_json::from_str::<Option<T>>(text.get())?.unwrap_or_default())
}

impl ParsedField {
    /// Parses a stored field of any origin: unknown or invalid attributes count as absent.
    pub(super) fn understood(stored: &Object) -> Self {
        let mut field = Self::default();
        for (name, text) in stored.iter() {
            let _ = field.take(name, text);
        }
        field
    }

    /// Parses an attribute, and returns its text if that must differ from the one sent: `true` for `"true"`.
    fn take(&mut self, name: &str, text: &RawValue) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        let is_string = text.get().starts_with('"');
        match name {
            "default_value" => self.default_value = Value::parse(text),
            "depends_on" => self.depends_on = read(text)?,
            "display" => drop(read::<Option<ConfigurationDisplay>>(text)?),
            "options" => self.options = read(text)?,
            "order" => {
                let Lenient(order) = read::<Lenient<i64>>(text)?;
                return Ok(is_string.then(|| raw(&order)));
            }
            "required" => {
                self.required = read::<Lenient<bool>>(text)?.0;
                return Ok(is_string.then(|| raw(&self.required)));
            }
            "sensitive" => {
                // An attribute that cannot be parsed may mean true.
                self.sensitive = true;
                self.sensitive = read::<Lenient<bool>>(text)?.0;
                return Ok(is_string.then(|| raw(&self.sensitive)));
            }
            "type" => self.kind = read(text)?,
            "ui_restrictions" => drop(read::<Vec<String>>(text)?),
            "validations" => self.validations = read(text)?,
            // There are no warnings about a value that is kept.
            "value" => self.value = Some(text).filter(|text| !is_mask(text.get())).map(Value::parse),
            "category" | "label" | "placeholder" | "tooltip" => drop(read::<String>(text)?),
            _ => {}
        }
        Ok(None)
    }

    /// The effective value: the default one if it is empty.
    pub(super) fn effective(&self) -> &Value {
        self.value.as_ref().filter(|value| !value.is_empty()).unwrap_or(&self.default_value)
    }

    /// Warnings about the attributes that restrict the value, and about the default value, which applies if there is
    /// no other. `place` is the path of the field in the body.
    pub(super) fn own_warnings(&self, place: &str, budget: &mut Budget) -> Vec<Warning> {
        let validations = self.validations.iter().take(MAXIMUM_VALIDATIONS).enumerate();
        let constraints = validations.filter_map(|(index, validation)| {
            let place = format!("{place}.validations[{index}].constraint");
            Some(Warning::new(place, validation.constraint_advice(budget)?))
        });
        let mut warnings: Vec<Warning> = constraints.collect();
        let default = &self.default_value;
        let advice = Some(default).filter(|default| !default.is_empty());
        let advice = advice.and_then(|default| self.advice(default, true, budget));
        let place = format!("{place}.default_value");
        warnings.extend(advice.map(|advice| self.with_value(Warning::new(place, advice), default)));
        warnings
    }

    /// The warning about its value, if there is one. Restrictions beyond the type matter only if the field is active.
    pub(super) fn value_warning(&self, place: &str, is_used: bool, budget: &mut Budget) -> Option<Warning> {
        let value = self.value.as_ref()?;
        if value.is_empty() {
            let is_missing = self.required && is_used;
            return is_missing.then(|| Warning::new(place, "must not be empty, it is required"));
        }
        let advice = self.advice(value, is_used, budget)?;
        Some(self.with_value(Warning::new(place, advice), value))
    }

    /// The unmet requirement of a non-empty value.
    fn advice(&self, value: &Value, is_used: bool, budget: &mut Budget) -> Option<String> {
        self.type_advice(value).or_else(|| {
            let is_checked = is_used && !matches!(value, Value::Object(_));
            let items = self.items(value);
            let validations = self.validations.iter().take(MAXIMUM_VALIDATIONS);
            let invalid = || validations.into_iter().find_map(|one| one.value_advice(value, &items, budget));
            let advice = is_checked.then(|| self.choice_advice(&items).or_else(invalid)).flatten();
            advice.map(|what| format!("must be {what}"))
        })
    }

    /// Sensitive values must not appear in answers and logs.
    fn with_value(&self, warning: Warning, value: &Value) -> Warning {
        if self.sensitive { warning } else { warning.found(&value.json()) }
    }

    /// The requirement of the field's type that a value does not meet.
    fn type_advice(&self, value: &Value) -> Option<String> {
        let (is_right, what) = match self.kind? {
            ConfigurationType::Str => (matches!(value, Value::Text(_)), "a string"),
            ConfigurationType::Int => (value.integer().is_some(), "a whole number"),
            ConfigurationType::List => (value.items().is_some(), "an array, or a string with commas"),
            ConfigurationType::Bool => (matches!(value, Value::Boolean(_)), "true or false"),
        };
        (!is_right).then(|| format!("must be {what}"))
    }

    /// The items of a list, or of an array in any field; otherwise the single value.
    fn items(&self, value: &Value) -> Vec<Value> {
        let is_list = self.kind == Some(ConfigurationType::List) || matches!(value, Value::List(_));
        value.items().filter(|_| is_list).unwrap_or_else(|| vec![value.clone()])
    }

    /// The available options, if an item is not among them.
    fn choice_advice(&self, items: &[Value]) -> Option<String> {
        if self.options.is_empty() {
            return None;
        }
        let known: Vec<Value> = self.options.iter().map(|choice| choice.value.clone()).collect();
        (!are_known(items, &known)).then(|| one_of(&known))
    }
}

/// A configuration field in a request: its JSON with all attributes, including unknown ones, and the parsed
/// attributes.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationField {
    pub(super) text: Object,
    pub(super) field: ParsedField,
}

impl<'de> Deserialize<'de> for ConfigurationField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sent = <Box<RawValue>>::deserialize(deserializer)?;
        let sent = kept::object(&sent).map_err(D::Error::custom)?;
        let mut read = Self { text: sent.clone(), field: ParsedField::default() };
        for (name, text) in sent.iter() {
            let taken = read.field.take(name, text);
            let taken =
                taken.map_err(|error| D::Error::custom(kept::located(&without_place(&error), name)))?;
            if let Some(meant) = taken {
                read.text.set_raw(name, meant);
            }
        }
        Ok(read)
    }
}
