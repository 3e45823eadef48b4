//! Sort orders: by the values of fields, and by ids.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use tributary_domain::{
    Collection, Document, FieldKind, IndexedField, MissingValues, Order, Refusal, SortOrder,
};

/// What hits are sorted by.
#[derive(Debug, Clone, Copy)]
pub(super) enum SortField {
    /// The value of a field: of several the least, or the greatest if the order is descending.
    Field(&'static IndexedField, Order),
    /// The id.
    Id(SortOrder),
    /// Any order, which is that of the collection.
    Any,
}

/// The sort values of a hit.
pub(super) type SortValues = Vec<Value>;

/// The fields of a sort clause, in order.
pub(super) fn sort_fields(collection: Collection, sort: Option<&Value>) -> Result<Vec<SortField>, Refusal> {
    match sort {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(fields)) => fields.iter().map(|field| sort_field(collection, field)).collect(),
        Some(field) => Ok(vec![sort_field(collection, field)?]),
    }
}

fn sort_field(collection: Collection, sort: &Value) -> Result<SortField, Refusal> {
    let (path, parameters) = match sort {
        Value::String(path) => (path.as_str(), &Value::Null),
        Value::Object(fields) if fields.len() == 1 => {
            fields.iter().next().map_or(("", &Value::Null), |(path, parameters)| (path.as_str(), parameters))
        }
        other => return Err(refused(format!("[sort] requires fields, but was [{other}]"))),
    };
    let parameters = match parameters {
        Value::Null => Map::new(),
        Value::String(order) => Map::from_iter([("order".to_owned(), order.clone().into())]),
        Value::Object(parameters) => parameters.clone(),
        other => return Err(refused(format!("[sort] by [{path}] requires an order, but was [{other}]"))),
    };
    let known = ["order", "missing", "mode", "unmapped_type"];
    if let Some(other) = parameters.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(refused(format!("[sort] with [{other}] is not served on control indices")));
    }
    let text = |name: &str| parameters.get(name).and_then(Value::as_str);
    let direction = match text("order").map(str::to_lowercase).as_deref() {
        None | Some("asc") => SortOrder::Ascending,
        Some("desc") => SortOrder::Descending,
        Some(other) => {
            return Err(refused(format!("[order] of [sort] must be [asc] or [desc], but was [{other}]")));
        }
    };
    let usual_mode = if direction == SortOrder::Ascending { "min" } else { "max" };
    if let Some(mode) = text("mode").filter(|mode| *mode != usual_mode) {
        return Err(refused(format!(
            "[mode] of [sort] by [{path}] must be [{usual_mode}] in this order, but was [{mode}]"
        )));
    }
    match path {
        "_id" => Ok(SortField::Id(direction)),
        "_score" | "_doc" | "_shard_doc" => Ok(SortField::Any),
        path => {
            let field = collection.field(path).filter(|field| is_sortable(field));
            let field = field.ok_or_else(|| {
                refused(format!(
                    "[sort] by the field [{path}] is not served on control indices: it is not indexed"
                ))
            })?;
            let order = Order { field: Some(field.path), direction, missing: missing(path, &parameters)? };
            Ok(SortField::Field(field, order))
        }
    }
}

fn is_sortable(field: &IndexedField) -> bool {
    !matches!(field.kind, FieldKind::Object | FieldKind::Text) && field.difference_of.is_none()
}

/// Where documents without a value are: last, unless something else is asked for.
fn missing(path: &str, parameters: &Map<String, Value>) -> Result<MissingValues, Refusal> {
    match parameters.get("missing") {
        None => Ok(MissingValues::Last),
        Some(place) if place == "_last" => Ok(MissingValues::Last),
        Some(other) => Err(refused(format!(
            "[missing] of [sort] by [{path}] must be [_last] on control indices, but was [{other}]"
        ))),
    }
}

impl SortField {
    /// The value of a document, as answers and [`search_after`](super::body::SearchBody) have it.
    pub(super) fn value(self, id: &str, document: &Document) -> Value {
        match self {
            Self::Any => Value::from(0),
            Self::Id(_) => id.into(),
            Self::Field(field, order) => {
                let is_descending = order.direction == SortOrder::Descending;
                // Search engines represent a missing number by the limit that is sorted last.
                let limit = if is_descending { i64::MIN } else { i64::MAX };
                if field.is_numeric() {
                    let numbers = field.numbers(document);
                    let first = if is_descending { numbers.last() } else { numbers.first() };
                    return first.copied().unwrap_or(limit).into();
                }
                let words = field.words(document);
                let word = if is_descending { words.last() } else { words.first() };
                // Booleans are numbers in an order.
                match word.map(String::as_str) {
                    Some("true") if field.kind == FieldKind::Boolean => 1.into(),
                    Some("false") if field.kind == FieldKind::Boolean => 0.into(),
                    None if field.kind == FieldKind::Boolean => limit.into(),
                    word => word.map_or(Value::Null, Value::from),
                }
            }
        }
    }

    /// A value of `search_after` as the values of documents are.
    pub(super) fn after(self, given: &Value) -> Result<Value, Refusal> {
        let wrong =
            |what: &str| refused(format!("[search_after] requires {what} for its order, but has [{given}]"));
        let field = match self {
            Self::Any => return Ok(given.clone()),
            Self::Id(_) if given.is_string() => return Ok(given.clone()),
            Self::Id(_) => return Err(wrong("the text of an id")),
            Self::Field(field, _) => field,
        };
        match (field.kind, given) {
            (_, Value::Null) => Ok(Value::Null),
            (_, Value::Array(_) | Value::Object(_)) => Err(wrong("a plain value")),
            (FieldKind::Date | FieldKind::Number, Value::Number(number)) => {
                whole(number.as_i64(), number.as_f64()).ok_or_else(|| wrong("a number"))
            }
            (FieldKind::Date, Value::String(text)) => {
                field.date_of(text).map(Value::from).ok_or_else(|| wrong("a date"))
            }
            (FieldKind::Number, Value::String(text)) => {
                whole(text.parse().ok(), text.parse().ok()).ok_or_else(|| wrong("a number"))
            }
            (FieldKind::Date | FieldKind::Number, Value::Bool(_)) => Err(wrong("a number")),
            (FieldKind::Boolean, Value::Bool(value)) => Ok(i64::from(*value).into()),
            (FieldKind::Boolean, Value::String(_)) => Err(wrong("0 or 1")),
            (FieldKind::Boolean, Value::Number(_)) | (_, Value::String(_)) => Ok(given.clone()),
            (_, value) => Ok(value.to_string().into()),
        }
    }

    /// Compares two values.
    pub(super) fn compare(self, left: &Value, right: &Value) -> Ordering {
        let direction = match self {
            Self::Any => return Ordering::Equal,
            Self::Id(direction) | Self::Field(_, Order { direction, .. }) => direction,
        };
        let ordering = match (left, right) {
            (Value::Null, Value::Null) => return Ordering::Equal,
            (Value::Null, _) => return Ordering::Greater,
            (_, Value::Null) => return Ordering::Less,
            (Value::Number(left), Value::Number(right)) => left.as_i64().cmp(&right.as_i64()),
            (Value::String(left), Value::String(right)) => left.as_bytes().cmp(right.as_bytes()),
            (left, right) => left.is_string().cmp(&right.is_string()),
        };
        match direction {
            SortOrder::Ascending => ordering,
            SortOrder::Descending => ordering.reverse(),
        }
    }
}

/// A whole number, or one with a fraction without it, within the limits of its type.
fn whole(whole: Option<i64>, number: Option<f64>) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "conversions end at the limits")]
    let truncated = || number.filter(|number| number.is_finite()).map(|number| number as i64);
    whole.or_else(truncated).map(Value::from)
}

/// Compares the values of two hits.
pub(super) fn compare(sort: &[SortField], left: &[Value], right: &[Value]) -> Ordering {
    let each = sort.iter().zip(left.iter().zip(right));
    each.map(|(field, (left, right))| field.compare(left, right))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn refused(reason: String) -> Refusal {
    Refusal::InvalidArgument(reason)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_to_go_on_after_are_those_of_documents() {
        let after = |path: &str, value: &Value| {
            let field = sort_field(Collection::SYNC_JOBS, &json!(path)).unwrap();
            field.after(value).map_err(|refusal| refusal.to_string())
        };
        for (path, given, expected) in [
            ("created_at", json!("2026-01-01"), json!(1_767_225_600_000_i64)),
            ("created_at", json!("1767225600000"), json!(1_767_225_600_000_i64)),
            ("created_at", json!(1_767_225_600_000.9), json!(1_767_225_600_000_i64)),
            ("indexed_document_count", json!("5"), json!(5)),
            ("indexed_document_count", json!(5.5), json!(5)),
            ("indexed_document_count", json!(9_223_372_036_854_775_808_u64), json!(i64::MAX)),
            ("status", json!(true), json!("true")),
            ("status", Value::Null, Value::Null),
            ("_id", json!("a"), json!("a")),
        ] {
            assert_eq!(after(path, &given), Ok(expected), "{path} {given}");
        }
        for (path, given) in [
            ("created_at", json!("now")),
            ("created_at", json!(false)),
            ("indexed_document_count", json!("many")),
            ("status", json!([])),
            ("_id", json!(1)),
        ] {
            assert!(after(path, &given).unwrap_err().contains("[search_after]"), "{path} {given}");
        }
    }
}
