//! Which sync jobs a list has.

use super::SortOrder;
use crate::{Document, keyword_values};

/// What sync jobs can be filtered by. A backend answers every one of them, and all combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum FilterField {
    /// The status of the job.
    Status,
    /// The type of the job.
    JobType,
    /// The connector that the job runs.
    ConnectorId,
}

impl FilterField {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The pairs of fields that people filter by together: the jobs of a connector in some status, or of some type.
    /// A backend may keep an index of both for these.
    pub const PAIRS: &'static [[Self; 2]] =
        &[[Self::ConnectorId, Self::Status], [Self::ConnectorId, Self::JobType]];

    /// Where a document has the value, with dots between the levels.
    pub fn path(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::JobType => "job_type",
            Self::ConnectorId => "connector.id",
        }
    }
}

/// One condition: the field has one of the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field that is looked at.
    pub field: FilterField,
    /// The words of which one is enough; at least one.
    pub words: Vec<String>,
}

impl Filter {
    /// Whether a document has one of the words, by the rules of [`keyword_values`].
    pub fn matches(&self, document: &Document) -> bool {
        keyword_values(document, self.field.path()).iter().any(|word| self.words.contains(word))
    }
}

/// Which sync jobs to list: all filters must hold, in the order of creation, and of their ids among
/// those of one millisecond, or in the very opposite order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncJobQuery {
    /// How many of the matching jobs to skip.
    pub from: u32,
    /// The most jobs to answer.
    pub size: u32,
    /// The conditions, at most one for each field.
    pub filters: Vec<Filter>,
    /// Whether the oldest come first, or the newest.
    pub order: SortOrder,
}

impl Default for SyncJobQuery {
    fn default() -> Self {
        Self { from: 0, size: 100, filters: Vec::new(), order: SortOrder::Ascending }
    }
}

impl SyncJobQuery {
    /// The query with one more condition, or as it is where there are no words.
    #[must_use]
    pub fn with(mut self, field: FilterField, words: impl IntoIterator<Item = String>) -> Self {
        let words: Vec<String> = words.into_iter().collect();
        if !words.is_empty() {
            self.filters.push(Filter { field, words });
        }
        self
    }
}
