//! A configuration field: what a worker says of a setting that it needs, and whether a value is one.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::validation::{Validation, are_known, one_of};
use super::value::Value;
use crate::Object;
use crate::enumeration::enumeration;
use crate::strict_json::without_place;

enumeration! {
    /// How a configuration field is shown to people.
    ConfigurationDisplay {
        /// In one line; another word for a text box.
        Text,
        /// In one line.
        Textbox,
        /// In several lines.
        Textarea,
        /// As a number.
        Numeric,
        /// As a switch.
        Toggle,
        /// As a choice of its options.
        Dropdown,
    }
}

enumeration! {
    /// What the value of a configuration field is.
    ConfigurationType {
        /// A string.
        Str,
        /// A whole number, or a string that is one.
        Int,
        /// An array, or a string with commas between the items.
        List,
        /// True or false.
        Bool,
    }
}

/// Another field with the value under which this one is used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dependency {
    pub(super) field: String,
    pub(super) value: Value,
}

/// A choice of a dropdown.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    #[serde(rename = "label")]
    _label: String,
    value: Value,
}

/// The properties of a configuration field that bear on its value.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    pub(super) default_value: Value,
    pub(super) depends_on: Vec<Dependency>,
    display: Option<ConfigurationDisplay>,
    options: Vec<Choice>,
    pub(super) required: bool,
    sensitive: bool,
    kind: Option<ConfigurationType>,
    validations: Vec<Validation>,
    pub(super) value: Value,
}

/// Every property that a configuration field can have.
pub(super) const PROPERTIES: &[&str] = &[
    "category",
    "default_value",
    "depends_on",
    "display",
    "label",
    "options",
    "order",
    "placeholder",
    "required",
    "sensitive",
    "tooltip",
    "type",
    "ui_restrictions",
    "validations",
    "value",
];

/// The most validations of a field: each is put to its value, however long that is.
const MAXIMUM_VALIDATIONS: usize = 20;

/// Reads a property that may be null, which is as if it was left out.
fn read<'de, T: Default + Deserialize<'de>>(text: &'de RawValue) -> Result<T, serde_json::Error> {
    Ok(serde_json::from_str::<Option<T>>(text.get())?.unwrap_or_default())
}

fn bounded(validations: Vec<Validation>) -> Result<Vec<Validation>, serde_json::Error> {
    if validations.len() <= MAXIMUM_VALIDATIONS {
        return Ok(validations);
    }
    let reason = format!("more than [{MAXIMUM_VALIDATIONS}] validations, [{}]", validations.len());
    Err(serde_json::Error::custom(reason))
}

impl Field {
    /// What is understood of a stored field, whoever wrote it: the rest is as if it was left out.
    pub(super) fn understood(stored: &Object) -> Self {
        let mut field = Self::default();
        for (name, text) in stored.iter() {
            let _ = field.take(name, text);
        }
        field
    }

    fn take(&mut self, name: &str, text: &RawValue) -> Result<(), serde_json::Error> {
        match name {
            "default_value" => self.default_value = Value::parse(text),
            "depends_on" => self.depends_on = read(text)?,
            "display" => self.display = read(text)?,
            "label" => drop(serde_json::from_str::<String>(text.get())?),
            "options" => self.options = read(text)?,
            "order" => drop(read::<i64>(text)?),
            "required" => self.required = read(text)?,
            "sensitive" => self.sensitive = read(text)?,
            "type" => self.kind = read(text)?,
            "ui_restrictions" => drop(read::<Vec<String>>(text)?),
            "validations" => self.validations = bounded(read(text)?)?,
            "value" => self.value = Value::parse(text),
            _ => drop(read::<String>(text)?),
        }
        Ok(())
    }

    /// The value that counts: the default one where there is none.
    pub(super) fn effective(&self) -> &Value {
        if self.value.is_empty() { &self.default_value } else { &self.value }
    }

    /// What is wrong with its value, if anything is; one that is empty is never wrong here. What a value has to
    /// be beyond its type matters only where the field is used.
    pub(super) fn problem(&self, is_used: bool) -> Option<String> {
        if self.value.is_empty() {
            return None;
        }
        let must_be = self.type_problem(&self.value).or_else(|| {
            let is_checked = is_used && !matches!(self.value, Value::Object(_));
            let items = self.items();
            let invalid = || self.validations.iter().find_map(|one| one.problem(&self.value, &items));
            is_checked.then(|| self.choice_problem(&items).or_else(invalid)).flatten()
        })?;
        // What is secret does not go into answers and logs.
        let but_was =
            if self.sensitive { String::new() } else { format!(", but was [{}]", self.value.words()) };
        Some(format!("must be {must_be}{but_was}"))
    }

    /// What is wrong with the type of its default value, if anything is.
    pub(super) fn default_problem(&self) -> Option<String> {
        let must_be = self.type_problem(&self.default_value).filter(|_| !self.default_value.is_empty())?;
        Some(format!("must be {must_be}"))
    }

    /// What a value has to be by the type of the field and is not.
    fn type_problem(&self, value: &Value) -> Option<String> {
        let (is_right, what) = match self.kind? {
            ConfigurationType::Str => (matches!(value, Value::Text(_)), "a string"),
            ConfigurationType::Int => (value.integer().is_some(), "a whole number"),
            ConfigurationType::List => (value.items().is_some(), "an array, or a string with commas"),
            ConfigurationType::Bool => (matches!(value, Value::Boolean(_)), "true or false"),
        };
        (!is_right).then(|| what.to_owned())
    }

    /// The items of a list, or of an array whatever the field is; otherwise the value alone.
    fn items(&self) -> Vec<Value> {
        let is_list = self.kind == Some(ConfigurationType::List) || matches!(self.value, Value::List(_));
        self.value.items().filter(|_| is_list).unwrap_or_else(|| vec![self.value.clone()])
    }

    /// Which options a dropdown has, where an item is none of them.
    fn choice_problem(&self, items: &[Value]) -> Option<String> {
        if self.display != Some(ConfigurationDisplay::Dropdown) || self.options.is_empty() {
            return None;
        }
        let known: Vec<Value> = self.options.iter().map(|choice| choice.value.clone()).collect();
        (!are_known(items, &known)).then(|| one_of(&known))
    }
}

/// A configuration field as it is sent: its text, and what it says.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationField {
    pub(super) text: Object,
    pub(super) field: Field,
}

impl<'de> Deserialize<'de> for ConfigurationField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not as a map: what is none would then be refused, and repeated, before the visitor sees it.
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = ConfigurationField;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        // A value that stands in the place of its field may be secret: the reason does not repeat it.
        Err(E::invalid_type(Unexpected::Other("string"), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut sent = ConfigurationField::default();
        while let Some(Name(name)) = map.next_key()? {
            let text = map.next_value_seed(Property { field: &mut sent.field, name: &name })?;
            sent.text.set_raw(&name, text);
        }
        for required in ["label", "value"] {
            if !sent.text.contains(required) {
                return Err(A::Error::missing_field(required));
            }
        }
        Ok(sent)
    }
}

/// The name of a property that a field can have.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if PROPERTIES.contains(&&*name) {
            Ok(Self(name))
        } else {
            Err(D::Error::unknown_field(&name, PROPERTIES))
        }
    }
}

/// A property that is read into its field and whose text is kept.
struct Property<'f> {
    field: &'f mut Field,
    name: &'f str,
}

impl<'de> DeserializeSeed<'de> for Property<'_> {
    type Value = Box<RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let text = <Box<RawValue>>::deserialize(deserializer)?;
        self.field.take(self.name, &text).map_err(|error| D::Error::custom(without_place(&error)))?;
        Ok(text)
    }
}
