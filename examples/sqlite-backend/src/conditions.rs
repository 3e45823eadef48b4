//! From a query to SQL. Values and names of fields are bound to parameters; no text of a client becomes SQL.

use rusqlite::types::Value;
use tributary_domain::{Collection, Condition, MissingValues, Order, Query, SortOrder};

use crate::derived::greatest;

/// A piece of a statement about the documents of a collection, and the values of its parameters.
pub(crate) struct Conditions {
    /// What follows `WHERE`.
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    /// The documents that match a query.
    pub(crate) fn of(query: &Query) -> Self {
        let mut conditions = Self { sql: String::new(), values: Vec::new() };
        let collection = conditions.bind(query.collection.name.to_owned());
        conditions.sql = format!("collection = {collection}");
        for condition in &query.conditions {
            let holds = conditions.holds(condition);
            conditions.and(&holds);
        }
        conditions
    }

    /// Adds a condition.
    pub(crate) fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    /// Binds a value and returns the parameter that stands for it.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn holds(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::AnyOf { field, words } => {
                // One parameter for all: there may be more words than a statement may have parameters.
                let words = self.bind(serde_json::json!(words).to_string());
                self.has_value(&[field], &format!("AND value IN (SELECT value FROM json_each({words}))"))
            }
            Condition::Range { field, from, before } => {
                let from = from.map(|from| format!("AND value >= {} ", self.bind(from)));
                let before = before.map(|before| format!("AND value < {}", self.bind(before)));
                self.has_value(&[field], &(from.unwrap_or_default() + &before.unwrap_or_default()))
            }
            Condition::Exists { field } => self.has_value(&[field], ""),
            Condition::Contains { fields, text } => {
                let text = self.bind(text.clone());
                self.has_value(fields, &format!("AND instr(value, {text}) > 0"))
            }
            Condition::Like { field, pattern } => {
                let pattern = self.bind(glob(pattern));
                self.has_value(&[field], &format!("AND value GLOB {pattern}"))
            }
            Condition::IdLike(pattern) => format!("id GLOB {}", self.bind(glob(pattern))),
            Condition::Ids(ids) => {
                let ids = self.bind(serde_json::json!(ids).to_string());
                format!("id IN (SELECT value FROM json_each({ids}))")
            }
            Condition::Either(conditions) => {
                let alternatives: Vec<String> =
                    conditions.iter().map(|condition| self.holds(condition)).collect();
                if alternatives.is_empty() {
                    "FALSE".to_owned()
                } else {
                    format!("({})", alternatives.join(" OR "))
                }
            }
            Condition::Not(condition) => format!("NOT {}", self.holds(condition)),
        }
    }

    /// The condition that one of the fields has a value that fits. A subquery and no join: a document counts once,
    /// however many of its values fit.
    fn has_value(&mut self, fields: &[&'static str], fits: &str) -> String {
        let fields = self.bind_all(fields);
        format!("id IN (SELECT id FROM field_values WHERE collection = ?1 AND field IN ({fields}) {fits})")
    }

    fn bind_all(&mut self, texts: &[impl ToString]) -> String {
        let marks: Vec<String> = texts.iter().map(|text| self.bind(text.to_string())).collect();
        marks.join(", ")
    }

    /// The expression for the value by which documents are ordered: the one after the change `since`, or the present one.
    pub(crate) fn order_value(&mut self, collection: Collection, order: Order, since: Option<i64>) -> String {
        if since.is_none() && order.field == collection.order && missing(order) == greatest() {
            // It is kept with the document, and has an index.
            return "order_value".to_owned();
        }
        let Some(field) = order.field else { return self.bind(missing(order)) };
        let like_missing = [i64::MIN, i64::MAX].into_iter().find(|number| order.is_like_missing(*number));
        let mut least = self.least_value(field);
        if let Some(since) = since {
            let [field, since] = [self.bind(field.to_owned()), self.bind(since)];
            let moved = format!(
                "FROM moves WHERE collection = ?1 AND id = documents.id AND field = {field} AND sequence > {since}"
            );
            least = format!(
                "iif(EXISTS (SELECT 1 {moved}), (SELECT value {moved} ORDER BY sequence LIMIT 1), {least})"
            );
        }
        let [like_missing, missing] = [self.bind(like_missing), self.bind(missing(order))];
        format!("ifnull(nullif({least}, {like_missing}), {missing})")
    }

    /// The expression for the least value of a document in a field.
    pub(crate) fn least_value(&mut self, field: &str) -> String {
        let field = self.bind(field.to_owned());
        format!(
            "(SELECT min(value) FROM field_values WHERE collection = ?1 AND id = documents.id AND field = {field})"
        )
    }
}

/// A pattern in the notation of `GLOB`, where brackets would be sets of characters.
fn glob(pattern: &str) -> String {
    pattern.replace('[', "[[]")
}

/// Stands for the value of a document that has none: greater than all values, or less than all where documents without
/// a value come last in descending order.
pub(crate) fn missing(order: Order) -> Value {
    match (order.direction, order.missing) {
        (SortOrder::Descending, MissingValues::Last) => Value::Real(f64::NEG_INFINITY),
        _ => greatest(),
    }
}
