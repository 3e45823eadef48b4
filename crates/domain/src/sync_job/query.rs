//! The list of sync jobs: its parameters, and the query that they become.

use super::{SortOrder, SyncJobStatus, SyncJobType};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::{Document, Refusal, keyword_values};

/// The statuses as the parameter's declaration lists them.
const STATUSES: &[&str] =
    &["canceling", "canceled", "completed", "error", "in_progress", "pending", "suspended"];
/// The job types as the parameter's declaration lists them.
const JOB_TYPES: &[&str] = &["full", "incremental", "access_control"];
/// The directions as the parameter's declaration lists them.
const ORDERS: &[&str] = &["asc", "desc"];

const FROM: Parameter = Parameter {
    name: "from",
    kind: ParameterKind::Integer,
    default: Some("0"),
    description: "How many of the matching jobs to skip; from and size reach 10,000 at most.",
};
const SIZE: Parameter = Parameter {
    name: "size",
    kind: ParameterKind::Integer,
    default: Some("100"),
    description: "The most jobs to answer.",
};
const STATUS: Parameter = Parameter {
    name: "status",
    kind: ParameterKind::Keyword(STATUSES),
    default: None,
    description: "Only jobs in this status.",
};
const CONNECTOR_ID: Parameter = Parameter {
    name: "connector_id",
    kind: ParameterKind::Text,
    default: None,
    description: "Only jobs of the connector with exactly this id.",
};
const JOB_TYPE: Parameter = Parameter {
    name: "job_type",
    kind: ParameterKind::KeywordList(JOB_TYPES),
    default: None,
    description: "Only jobs of these types.",
};
const ORDER: Parameter = Parameter {
    name: "order",
    kind: ParameterKind::Keyword(ORDERS),
    default: Some("asc"),
    description: "asc for the oldest jobs first, desc for the newest first; an extension.",
};

/// The query parameters of the list of sync jobs.
pub const SYNC_JOB_LIST_PARAMETERS: &[Parameter] = &[FROM, SIZE, STATUS, CONNECTOR_ID, JOB_TYPE, ORDER];

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
    /// Reads the query from the parameters of a request; refusals name the parameter, its value and
    /// what would be right.
    pub fn parse(arguments: &Arguments) -> Result<Self, Refusal> {
        let (from, size) = arguments.window(&FROM, &SIZE, "[status], [connector_id] or [job_type]")?;
        let status = arguments.keyword::<SyncJobStatus>(&STATUS)?;
        let connector_id = arguments.filled_text(&CONNECTOR_ID)?;
        let job_types = arguments.keywords::<SyncJobType>(&JOB_TYPE)?;
        let order = arguments.keyword::<SortOrder>(&ORDER)?.unwrap_or(SortOrder::Ascending);
        let query = Self { from, size, filters: Vec::new(), order };
        Ok(query
            .with(FilterField::Status, status.iter().map(ToString::to_string))
            .with(FilterField::JobType, job_types.iter().map(ToString::to_string))
            .with(FilterField::ConnectorId, connector_id.map(str::to_owned)))
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Enumeration;

    fn parse(query: &str) -> Result<SyncJobQuery, Refusal> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        SyncJobQuery::parse(&Arguments::collect("/", &[SYNC_JOB_LIST_PARAMETERS], pairs.collect())?)
    }

    fn filter(field: FilterField, words: &[&str]) -> Filter {
        Filter { field, words: words.iter().map(|word| (*word).to_owned()).collect() }
    }

    #[test]
    fn the_declared_words_are_those_of_the_enumerations() {
        assert_eq!(STATUSES.join(", "), SyncJobStatus::words());
        assert_eq!(JOB_TYPES.join(", "), SyncJobType::words());
        assert_eq!(ORDERS.join(", "), SortOrder::words());
    }

    #[test]
    fn the_documented_requests() {
        let list = |from, size, filters| Ok(SyncJobQuery { from, size, filters, ..Default::default() });
        assert_eq!(parse(""), list(0, 100, vec![]));
        assert_eq!(parse("from=0&size=2"), list(0, 2, vec![]));
        assert_eq!(parse("status=PENDING"), list(0, 100, vec![filter(FilterField::Status, &["pending"])]));
        assert_eq!(
            parse("connector_id=connector-1"),
            list(0, 100, vec![filter(FilterField::ConnectorId, &["connector-1"])])
        );
        assert_eq!(
            parse("job_type=full,incremental,Full"),
            list(0, 100, vec![filter(FilterField::JobType, &["full", "incremental"])])
        );
        assert_eq!(parse("job_type="), list(0, 100, vec![]));
        assert_eq!(parse("order=asc"), list(0, 100, vec![]));
        assert_eq!(
            parse("order=DESC"),
            Ok(SyncJobQuery { order: SortOrder::Descending, ..Default::default() })
        );
    }

    #[test]
    fn refusals_name_what_is_wrong_and_what_would_be_right() {
        let cases = [
            ("status=done", "[status]", "[done]", "in_progress"),
            ("status=", "[status]", "[]", "pending"),
            ("job_type=full,partial", "[job_type]", "[partial]", "access_control"),
            ("from=-1", "[from]", "[-1]", "0 to"),
            ("size=many", "[size]", "[many]", "whole number"),
            ("size=10001", "[size]", "[10001]", "10000"),
            ("connector_id=", "[connector_id]", "empty", "must not"),
            ("order=newest", "[order]", "[newest]", "desc"),
            ("order=", "[order]", "[]", "asc"),
        ];
        for (query, parameter, value, right) in cases {
            let reason = parse(query).unwrap_err().to_string();
            assert!([parameter, value, right].iter().all(|part| reason.contains(part)), "{query}: {reason}");
        }
    }
}
