//! Queries: conditions, sort order and page.

mod condition;
mod error;
mod moment;
mod order;
mod sort_order;

use crate::{Collection, Document, FieldKind};

pub use condition::Condition;
pub use error::QueryError;
pub use moment::{Moment, PointInTime};
pub use order::{MissingValues, Order, SortKey, SortValue};
pub use sort_order::SortOrder;

/// The requested page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// By offset.
    Offset {
        /// How many of the matching documents to skip.
        from: u32,
        /// The maximum number of documents to return.
        size: u32,
    },
    /// After the last document of another page.
    After {
        /// The sort key of the last document seen; `None` to begin.
        key: Option<SortKey>,
        /// The maximum number of documents to return.
        size: u32,
    },
}

impl Window {
    /// The maximum number of documents to return.
    #[must_use]
    pub const fn size(&self) -> u32 {
        match self {
            Self::Offset { size, .. } | Self::After { size, .. } => *size,
        }
    }

    /// Whether the list can be continued after the last of so many documents on the page, if so many match from the
    /// start of the page on.
    #[must_use]
    pub const fn continues_after(&self, documents: usize, matching: u64) -> bool {
        matches!(self, Self::After { .. }) && documents > 0 && matching > documents as u64
    }
}

/// Which documents of a collection to list: all conditions must hold.
///
/// ```
/// use tributary_domain::{Collection, Document, Query, sync_job_fields};
///
/// let query = Query::of(Collection::SYNC_JOBS).any_of(sync_job_fields::STATUS, ["pending", "suspended"]).page(0, 10);
/// assert!(query.matches("j", &Document::parse(r#"{"status":"pending"}"#).unwrap()));
/// assert!(!query.matches("j", &Document::parse("{}").unwrap()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The collection that is searched.
    pub collection: Collection,
    /// The conditions, all of which must hold.
    pub conditions: Vec<Condition>,
    /// The sort order.
    pub order: Order,
    /// The requested page.
    pub window: Window,
    /// The moment whose order the list has.
    pub moment: Moment,
}

impl Query {
    /// The first 100 documents of a collection, in the collection's own order.
    #[must_use]
    pub fn of(collection: Collection) -> Self {
        let order = Order::by(collection.order);
        let window = Window::Offset { from: 0, size: 100 };
        Self { collection, conditions: Vec::new(), order, window, moment: Moment::Present }
    }

    /// Adds a condition.
    #[must_use]
    pub fn with(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Adds the condition that a field has one of these values; without values, the query is unchanged.
    #[must_use]
    pub fn any_of(self, field: &'static str, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let words: Vec<String> = words.into_iter().map(Into::into).collect();
        if words.is_empty() { self } else { self.with(Condition::AnyOf { field, words }) }
    }

    /// Sets the page by offset.
    #[must_use]
    pub fn page(self, from: u32, size: u32) -> Self {
        Self { window: Window::Offset { from, size }, ..self }
    }

    /// Sets the page after a document of the list, or at its start.
    #[must_use]
    pub fn after(self, key: Option<SortKey>, size: u32) -> Self {
        Self { window: Window::After { key, size }, ..self }
    }

    /// Keeps the order of the moment of a page for the pages after it: that of an earlier page, or that of this one. In an
    /// order that no document changes its position in, there is nothing to keep.
    #[must_use]
    pub fn keeping_order(self, earlier: Option<PointInTime>) -> Self {
        let is_constant = self.order.is_constant(self.collection);
        let moment = match earlier {
            Some(point) => Moment::Of(point),
            None if is_constant => Moment::Present,
            None => Moment::Kept,
        };
        Self { moment, ..self }
    }

    /// Sets the sort order.
    #[must_use]
    pub fn ordered(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// Whether the document with this id matches.
    #[must_use]
    pub fn matches(&self, id: &str, document: &Document) -> bool {
        self.conditions.iter().all(|condition| condition.matches(self.collection, id, document))
    }

    /// The sort key of a document.
    #[must_use]
    pub fn key(&self, id: &str, document: &Document) -> SortKey {
        self.order.key(self.collection, id, document)
    }

    /// Checks that the schema declares every field for its use in the query.
    pub fn check(&self) -> Result<(), QueryError> {
        for condition in &self.conditions {
            condition.check(self.collection)?;
        }
        let is_sorted = |path| self.collection.field(path).is_some_and(|field| field.is_sorted);
        match self.order.field.filter(|path| !is_sorted(path)) {
            Some(path) => Err(QueryError { collection: self.collection.name, path, used: "ordered" }),
            None => Ok(()),
        }
    }
}

/// Checks that the schema allows documents to be counted by these fields.
pub fn check_groups(collection: Collection, by: &[&'static str]) -> Result<(), QueryError> {
    let is_counted = |path: &&&'static str| {
        collection.field(path).is_some_and(|field| field.is_counted)
            && collection.has_kind(path, &[FieldKind::Keyword, FieldKind::Boolean])
    };
    match by.iter().find(|path| !is_counted(path)) {
        Some(path) => Err(QueryError { collection: collection.name, path, used: "counted" }),
        None => Ok(()),
    }
}

/// Checks that the schema allows the numbers of documents to be read from these fields: dates or numbers that any query
/// uses.
pub fn check_numbers(collection: Collection, fields: &[&'static str]) -> Result<(), QueryError> {
    let is_numeric = |path: &&&'static str| {
        collection.field(path).is_some_and(|field| field.is_indexed() && field.is_numeric())
    };
    match fields.iter().find(|path| !is_numeric(path)) {
        Some(path) => Err(QueryError { collection: collection.name, path, used: "measured" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connector_fields, sync_job_fields};

    #[test]
    fn what_a_schema_does_not_declare_is_named() {
        let jobs = || Query::of(Collection::SYNC_JOBS);
        let contains =
            |fields: &[&'static str]| Condition::Contains { fields: fields.into(), text: "x".into() };
        let cases = [
            (jobs().any_of("metadata", ["x"]), "[sync_jobs] cannot be filtered by the field [metadata]"),
            (jobs().any_of("nothing", ["x"]), "[nothing]"),
            (jobs().any_of(sync_job_fields::CREATED_AT, ["x"]), "[created_at]"),
            (jobs().with(Condition::Exists { field: "nothing" }.negated()), "[nothing]"),
            (
                jobs().with(Condition::Range { field: sync_job_fields::STATUS, from: None, before: None }),
                "[status]",
            ),
            (jobs().with(contains(&[sync_job_fields::STATUS, "nothing"])), "[nothing]"),
            (jobs().ordered(Order::by(Some(sync_job_fields::STATUS))), "ordered by the field [status]"),
        ];
        for (query, part) in cases {
            let reason = query.check().unwrap_err().to_string();
            assert!(reason.contains(part), "{reason}");
        }
        let connectors = Query::of(Collection::CONNECTORS)
            .any_of(connector_fields::NAME, ["x"])
            .any_of(connector_fields::SERVICE_TYPE, [""; 0])
            .with(contains(&[connector_fields::DESCRIPTION]));
        assert_eq!(connectors.check(), Ok(()));
        assert_eq!(connectors.conditions.len(), 2, "no words are no condition");
        assert_eq!(check_groups(Collection::SYNC_JOBS, &[sync_job_fields::STATUS]), Ok(()));
        let reason =
            check_groups(Collection::SYNC_JOBS, &[sync_job_fields::CREATED_AT]).unwrap_err().to_string();
        assert_eq!(reason, "[sync_jobs] cannot be counted by the field [created_at]");
        let dates = [sync_job_fields::CREATED_AT, sync_job_fields::LAST_SEEN];
        assert_eq!(check_numbers(Collection::SYNC_JOBS, &dates), Ok(()));
        for path in [sync_job_fields::STATUS, "total_document_count", "nothing"] {
            let reason = check_numbers(Collection::SYNC_JOBS, &[path]).unwrap_err().to_string();
            assert_eq!(reason, format!("[sync_jobs] cannot be measured by the field [{path}]"));
        }
    }
}
