//! The bounds of ranges of dates and numbers.

use serde_json::{Map, Value};
use tributary_domain::{
    Condition, FieldKind, IndexedField, Refusal, parse_date_math, parse_latest_date_math,
};

use super::reader::{QueryReader, only, refused};

/// The formats of dates that are read anyway.
const FORMATS: [&str; 4] =
    ["epoch_millis", "strict_date_optional_time", "date_optional_time", "strict_date_time"];

/// A bound of a half-open range; no number may be in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HalfOpen {
    pub(super) from: Option<i64>,
    pub(super) before: Option<i64>,
    is_empty: bool,
}

/// A range that may turn out to be empty.
pub(super) trait OrNone {
    /// The condition, or one that nothing meets if a bound leaves no room.
    fn or_none(self, bounds: &[HalfOpen]) -> Self;
}

impl OrNone for Condition {
    fn or_none(self, bounds: &[HalfOpen]) -> Self {
        if bounds.iter().any(|bound| bound.is_empty) { Self::Either(Vec::new()) } else { self }
    }
}

impl QueryReader {
    /// The condition that a field is within bounds.
    pub(super) fn within(
        &self,
        field: &'static IndexedField,
        bounds: &Map<String, Value>,
    ) -> Result<Condition, Refusal> {
        let known = [
            "gte",
            "gt",
            "lte",
            "lt",
            "from",
            "to",
            "include_lower",
            "include_upper",
            "format",
            "time_zone",
            "boost",
            "_name",
        ];
        only(bounds, "range", &known)?;
        check_notation(bounds)?;
        let excludes = |name: &str| bounds.get(name) == Some(&Value::Bool(false));
        let mut all = Vec::new();
        for (name, value) in bounds {
            let comparison = match name.as_str() {
                "from" if excludes("include_lower") => "gt",
                "from" => "gte",
                "to" if excludes("include_upper") => "lt",
                "to" => "lte",
                name => name,
            };
            let is_bound = matches!(comparison, "gte" | "gt" | "lte" | "lt");
            if is_bound && !value.is_null() {
                all.push(self.bound(field, comparison, value)?);
            }
        }
        let from = all.iter().filter_map(|bound| bound.from).max();
        let before = all.iter().filter_map(|bound| bound.before).min();
        Ok(Condition::Range { field: field.path, from, before }.or_none(&all))
    }

    /// The bound that a comparison with a value is.
    pub(super) fn bound(
        &self,
        field: &IndexedField,
        comparison: &str,
        value: &Value,
    ) -> Result<HalfOpen, Refusal> {
        let is_upper = matches!(comparison, "lte" | "gt");
        let number = match field.kind {
            FieldKind::Date => Some(self.moment(field.path, value, is_upper)?),
            _ => return number_bound(field.path, comparison, value),
        };
        Ok(half_open(comparison, number))
    }

    /// The first or the last millisecond that a date stands for.
    fn moment(&self, path: &str, value: &Value, is_upper: bool) -> Result<i64, Refusal> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            other => return Err(refused(format!("[{other}] for the field [{path}] is not a date"))),
        };
        let parse = if is_upper { parse_latest_date_math } else { parse_date_math };
        parse(&text, self.now)
            .map_err(|error| refused(format!("[{text}] for the field [{path}] is not a date: {error}")))
    }
}

/// The range of a comparison with a whole number.
fn half_open(comparison: &str, number: Option<i64>) -> HalfOpen {
    let Some(number) = number else { return HalfOpen { is_empty: true, ..HalfOpen::default() } };
    let following = number.checked_add(1);
    match comparison {
        "gte" => HalfOpen { from: Some(number), ..HalfOpen::default() },
        "gt" => HalfOpen { from: following, is_empty: following.is_none(), ..HalfOpen::default() },
        "lt" => HalfOpen { before: Some(number), ..HalfOpen::default() },
        // Nothing is greater than the greatest number.
        _ => HalfOpen { before: following, ..HalfOpen::default() },
    }
}

/// The range of a comparison with a number that may have a fraction.
fn number_bound(path: &str, comparison: &str, value: &Value) -> Result<HalfOpen, Refusal> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        other => return Err(refused(format!("[{other}] for the field [{path}] is not a number"))),
    };
    if let Ok(number) = text.parse::<i64>() {
        return Ok(half_open(comparison, Some(number)));
    }
    let number: f64 = text
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| refused(format!("[{text}] for the field [{path}] is not a number")))?;
    // Whole numbers are on one side or the other of a fraction.
    let (comparison, whole) = match comparison {
        "gte" | "gt" => {
            ("gte", if comparison == "gt" && number.fract() == 0.0 { number + 1.0 } else { number.ceil() })
        }
        "lte" => ("lte", number.floor()),
        _ => ("lt", number.ceil()),
    };
    #[expect(clippy::cast_possible_truncation, reason = "conversions end at the limits")]
    let clamped = whole as i64;
    Ok(half_open(comparison, Some(clamped)))
}

/// Refuses other notations of dates than those of the fields.
fn check_notation(bounds: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |name: &str| bounds.get(name).and_then(Value::as_str);
    if let Some(format) = text("format")
        && !format.split("||").all(|format| FORMATS.contains(&format))
    {
        return Err(refused(format!("[range] with the format [{format}] is not served on control indices")));
    }
    match text("time_zone") {
        None | Some("UTC" | "Z" | "+00:00") => Ok(()),
        Some(zone) => {
            Err(refused(format!("[range] with the time zone [{zone}] is not served on control indices")))
        }
    }
}
