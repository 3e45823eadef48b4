//! The schema of a configuration field, for the references.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::Lenient;

use super::{ConfigurationDisplay, ConfigurationField, ConfigurationType, ConfigurationValidation};

/// A setting of a worker, with its value.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationField")]
#[expect(dead_code, reason = "it only describes")]
struct Shape {
    /// The UI group of the setting.
    category: Option<String>,
    /// The default value.
    default_value: Option<AnyValue>,
    /// The fields that this one depends on, each with the required value.
    depends_on: Option<Vec<Dependency>>,
    /// How it is displayed.
    display: Option<ConfigurationDisplay>,
    /// Its label.
    label: Option<String>,
    /// The options of a dropdown.
    options: Option<Vec<Choice>>,
    /// Its position among the fields.
    order: Option<Lenient<i64>>,
    /// The placeholder while there is no value.
    placeholder: Option<String>,
    /// Whether a value is required.
    required: Option<Lenient<bool>>,
    /// Whether the value is sensitive, so that messages do not repeat it.
    sensitive: Option<Lenient<bool>>,
    /// Its tooltip.
    tooltip: Option<String>,
    /// The type of its value.
    #[schemars(rename = "type")]
    kind: Option<ConfigurationType>,
    /// The user interfaces that display it.
    ui_restrictions: Option<Vec<String>>,
    /// Requirements for the value in addition to its type.
    validations: Option<Vec<Validation>>,
    /// Its value; absent, null or empty until it is set.
    value: Option<AnyValue>,
}

/// Another field, and the value of it that this field requires.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationDependency")]
#[expect(dead_code, reason = "it only describes")]
struct Dependency {
    field: Option<String>,
    value: Option<AnyValue>,
}

/// An option of a dropdown.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationOption")]
#[expect(dead_code, reason = "it only describes")]
struct Choice {
    label: Option<String>,
    value: Option<AnyValue>,
}

/// A requirement for the value.
#[derive(JsonSchema)]
#[schemars(rename = "ConfigurationCheck")]
#[expect(dead_code, reason = "it only describes")]
struct Validation {
    /// The parameter of the requirement.
    constraint: Option<AnyValue>,
    /// The kind of requirement.
    #[schemars(rename = "type")]
    kind: Option<ConfigurationValidation>,
}

/// Any JSON.
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
