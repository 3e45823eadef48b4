//! What a configuration field looks like, for the references.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{ConfigurationDisplay, ConfigurationField, ConfigurationType, ConfigurationValidation};

/// A setting that a worker needs, with its value.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "ConfigurationField")]
#[expect(dead_code, reason = "it only describes")]
struct Shape {
    /// A group that it is shown in.
    category: Option<String>,
    /// The value that holds while there is none.
    default_value: Option<AnyValue>,
    /// The fields, each with a value, under which this one is used.
    depends_on: Option<Vec<Dependency>>,
    /// How it is shown.
    display: Option<ConfigurationDisplay>,
    /// What it is called.
    label: String,
    /// The choices of a dropdown.
    options: Option<Vec<Choice>>,
    /// Its place among the fields.
    order: Option<i64>,
    /// What is shown while there is no value.
    placeholder: Option<String>,
    /// Whether a value is needed.
    required: Option<bool>,
    /// Whether the value is a secret, which messages do not repeat.
    sensitive: Option<bool>,
    /// What is told of it.
    tooltip: Option<String>,
    /// What its value is.
    #[schemars(rename = "type")]
    kind: Option<ConfigurationType>,
    /// In which interfaces it is shown.
    ui_restrictions: Option<Vec<String>>,
    /// What its value has to be beside its type.
    validations: Option<Vec<Validation>>,
    /// Its value, which may be null or empty until somebody gives one.
    value: AnyValue,
}

/// Another field with the value under which this one is used.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "ConfigurationDependency")]
#[expect(dead_code, reason = "it only describes")]
struct Dependency {
    field: String,
    value: AnyValue,
}

/// A choice of a dropdown.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "ConfigurationOption")]
#[expect(dead_code, reason = "it only describes")]
struct Choice {
    label: String,
    value: AnyValue,
}

/// A check of the value.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "ConfigurationCheck")]
#[expect(dead_code, reason = "it only describes")]
struct Validation {
    /// What the value is held against.
    constraint: AnyValue,
    /// The kind of check.
    #[schemars(rename = "type")]
    kind: ConfigurationValidation,
}

/// Any JSON at all.
struct AnyValue;

impl JsonSchema for AnyValue {
    fn schema_name() -> Cow<'static, str> {
        "AnyValue".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}

impl JsonSchema for ConfigurationField {
    fn schema_name() -> Cow<'static, str> {
        Shape::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Shape::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::PROPERTIES;
    use super::*;

    #[test]
    fn the_shape_has_every_property() {
        let shape = schemars::schema_for!(Shape);
        let described: Vec<&String> = shape.get("properties").unwrap().as_object().unwrap().keys().collect();
        assert_eq!(described, PROPERTIES);
    }
}
