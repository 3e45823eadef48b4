//! What a configuration field looks like, for the references.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::Lenient;

use super::{ConfigurationDisplay, ConfigurationField, ConfigurationType, ConfigurationValidation};

/// A setting that a worker needs, with its value.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationField")]
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
    label: Option<String>,
    /// The choices of a dropdown.
    options: Option<Vec<Choice>>,
    /// Its place among the fields.
    order: Option<Lenient<i64>>,
    /// What is shown while there is no value.
    placeholder: Option<String>,
    /// Whether a value is needed.
    required: Option<Lenient<bool>>,
    /// Whether the value is a secret, which messages do not repeat.
    sensitive: Option<Lenient<bool>>,
    /// What is told of it.
    tooltip: Option<String>,
    /// What its value is.
    #[schemars(rename = "type")]
    kind: Option<ConfigurationType>,
    /// In which interfaces it is shown.
    ui_restrictions: Option<Vec<String>>,
    /// What its value has to be beside its type.
    validations: Option<Vec<Validation>>,
    /// Its value, which may be missing, null or empty until somebody gives one.
    value: Option<AnyValue>,
}

/// Another field with the value under which this one is used.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationDependency")]
#[expect(dead_code, reason = "it only describes")]
struct Dependency {
    field: Option<String>,
    value: Option<AnyValue>,
}

/// A choice of a dropdown.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationOption")]
#[expect(dead_code, reason = "it only describes")]
struct Choice {
    label: Option<String>,
    value: Option<AnyValue>,
}

/// A check of the value.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationCheck")]
#[expect(dead_code, reason = "it only describes")]
struct Validation {
    /// What the value is held against.
    constraint: Option<AnyValue>,
    /// The kind of check.
    #[schemars(rename = "type")]
    kind: Option<ConfigurationValidation>,
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
    use super::*;

    #[test]
    fn every_attribute_of_the_shape_is_read() {
        let shape = schemars::schema_for!(Shape);
        let names = shape.get("properties").unwrap().as_object().unwrap().keys();
        let with = |name: &str| serde_json::from_str::<ConfigurationField>(&format!(r#"{{"{name}":{{}}}}"#));
        let any = ["default_value", "value"];
        for name in names.filter(|name| !any.contains(&name.as_str())) {
            assert!(with(name).is_err(), "{name} may be an object");
        }
        assert!(with("display_value").is_ok());
    }
}
