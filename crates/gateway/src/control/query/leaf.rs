//! Queries on the values of a field.

use serde_json::{Map, Value};
use tributary_domain::{Condition, FieldKind, IndexedField, Refusal};

use super::bounds::OrNone as _;
use super::reader::{QueryReader, Target, object, only, refused, single};

impl QueryReader {
    /// A `term` or `match` query: one value, by itself or as the parameter `key`.
    pub(super) fn term(
        &self,
        body: &Map<String, Value>,
        query: &str,
        key: &str,
    ) -> Result<Condition, Refusal> {
        let (path, value) = single(&Value::Object(body.clone()), &format!("[{query}]"))
            .map(|(path, value)| (path.to_owned(), value.clone()))?;
        let value = match &value {
            Value::Object(parameters) => {
                only(parameters, query, &[key, "boost", "_name", "operator", "case_insensitive", "lenient"])?;
                if parameters.get("case_insensitive").is_some_and(|value| *value != Value::Bool(false)) {
                    return Err(refused(format!(
                        "[{query}] with [case_insensitive] is not served on control indices"
                    )));
                }
                parameters.get(key).cloned().unwrap_or_default()
            }
            plain => plain.clone(),
        };
        self.equals(&path, query, std::slice::from_ref(&value))
    }

    /// A `terms` query: one of several values.
    pub(super) fn terms(&self, body: &Map<String, Value>) -> Result<Condition, Refusal> {
        let fields: Map<String, Value> = body
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "boost" | "_name"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let fields = Value::Object(fields);
        let (path, values) = single(&fields, "[terms]")?;
        let Value::Array(values) = values else {
            return Err(refused(format!(
                "[terms] on [{path}] requires an array of values, but was [{values}]"
            )));
        };
        self.equals(path, "terms", values)
    }

    /// Whether a field has one of these values.
    fn equals(&self, path: &str, query: &str, values: &[Value]) -> Result<Condition, Refusal> {
        let field = match self.target(path, query)? {
            Target::Id => {
                return values
                    .iter()
                    .map(|value| word(value, query))
                    .collect::<Result<_, _>>()
                    .map(Condition::Ids);
            }
            Target::Field(field) => field,
        };
        match field.kind {
            FieldKind::Text => Err(refused(format!(
                "[{query}] on the text field [{path}] is not served: texts are not analyzed on control indices"
            ))),
            FieldKind::Date | FieldKind::Number => {
                let ranges = values.iter().map(|value| self.equals_number(field, value));
                Ok(Condition::Either(ranges.collect::<Result<_, _>>()?))
            }
            FieldKind::Boolean => {
                let words = values.iter().map(|value| boolean(value, path)).collect::<Result<_, _>>()?;
                Ok(Condition::AnyOf { field: field.path, words })
            }
            _ => {
                let words = values.iter().map(|value| word(value, query)).collect::<Result<_, _>>()?;
                Ok(Condition::AnyOf { field: field.path, words })
            }
        }
    }

    fn equals_number(&self, field: &'static IndexedField, value: &Value) -> Result<Condition, Refusal> {
        let from = self.bound(field, "gte", value)?;
        let before = self.bound(field, "lte", value)?;
        Ok(Condition::Range { field: field.path, from: from.from, before: before.before }
            .or_none(&[from, before]))
    }

    pub(super) fn exists(&self, body: &Map<String, Value>) -> Result<Condition, Refusal> {
        only(body, "exists", &["field", "boost", "_name"])?;
        let path = body.get("field").and_then(Value::as_str);
        let path = path.ok_or_else(|| refused("[exists] requires the name of a [field]".to_owned()))?;
        match self.target(path, "exists")? {
            Target::Id => Ok(Condition::all([])),
            Target::Field(field) => Ok(Condition::Exists { field: field.path }),
        }
    }

    pub(super) fn range(&self, body: &Map<String, Value>) -> Result<Condition, Refusal> {
        let range = Value::Object(body.clone());
        let (path, bounds) = single(&range, "[range]")?;
        let field = match self.target(path, "range")? {
            Target::Field(field) if field.is_numeric() => field,
            _ => {
                return Err(refused(format!(
                    "[range] on the field [{path}] is not served on control indices, only on dates and numbers"
                )));
            }
        };
        self.within(field, object(bounds, "range")?)
    }
}

/// The ids of an `ids` query.
pub(super) fn ids(body: &Map<String, Value>) -> Result<Condition, Refusal> {
    only(body, "ids", &["values", "boost", "_name"])?;
    let values = body.get("values").map_or(Ok(Vec::new()), |values| words(values, "ids"))?;
    Ok(Condition::Ids(values))
}

/// The values of a list as words.
fn words(values: &Value, query: &str) -> Result<Vec<String>, Refusal> {
    match values {
        Value::Array(values) => values.iter().map(|value| word(value, query)).collect(),
        value => Ok(vec![word(value, query)?]),
    }
}

/// The word that a value is in a field of keywords.
fn word(value: &Value, query: &str) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null => Err(refused(format!("[{query}] requires a value, but was [null]"))),
        other => Err(refused(format!("[{query}] requires plain values, but was [{other}]"))),
    }
}

fn boolean(value: &Value, path: &str) -> Result<String, Refusal> {
    match word(value, "term")?.as_str() {
        "true" => Ok("true".to_owned()),
        "false" | "" => Ok("false".to_owned()),
        other => Err(refused(format!("[{other}] for the field [{path}] must be [true] or [false]"))),
    }
}
