//! The shape of counts.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tributary_domain::{HistogramBucket, Histogrammed, Percentiles, Timestamp};
use tributary_service::sync_job::LargestGroups;

/// How many sync jobs match, and how many are in each group or interval.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Counted {
    /// How many match.
    count: u64,
    /// With `by` of words: the largest groups, then in the order of their keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<CountedGroup>>,
    /// With `by` of words: how many groups are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_groups: Option<u64>,
    /// With `by` of words: how many jobs are in the groups that are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_count: Option<u64>,
    /// With `by` of a date: the intervals from the first to the last, also the empty ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    buckets: Option<Vec<CountedInterval>>,
    /// With `by` of a date: how many match without that date.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u64>,
}

/// A group of sync jobs.
#[derive(Debug, Serialize, JsonSchema)]
struct CountedGroup {
    /// The words that these jobs have in common; `null` where they have none.
    key: Map<String, Value>,
    /// How many there are.
    count: u64,
}

/// The sync jobs of an interval of time.
#[derive(Debug, Serialize, JsonSchema)]
struct CountedInterval {
    /// The start of the interval, in milliseconds since 1970.
    key: i64,
    /// The same as a time in UTC; `null` outside of the years that times have.
    key_as_string: Option<Timestamp>,
    /// How many jobs there are.
    count: u64,
    /// How many of them failed.
    failures: u64,
    /// How many documents they indexed together.
    documents: i64,
    /// How long they took; `null` if none of them has started and ended.
    duration: Option<Durations>,
}

/// Percentiles of durations in milliseconds, by nearest rank.
#[derive(Debug, Serialize, JsonSchema)]
struct Durations {
    /// The median.
    p50: i64,
    /// The 90th percentile.
    p90: i64,
    /// The 95th percentile.
    p95: i64,
    /// The 99th percentile.
    p99: i64,
}

impl Counted {
    /// The total alone where there are no names of groups.
    pub(crate) fn by_words(names: &[&str], found: LargestGroups) -> Self {
        let total = Self { count: found.total, ..Self::default() };
        if names.is_empty() {
            return total;
        }
        let group = |(words, count): (Vec<Option<String>>, u64)| {
            let key = names.iter().zip(words).map(|(name, word)| ((*name).to_owned(), word.into())).collect();
            CountedGroup { key, count }
        };
        Self {
            groups: Some(found.groups.into_iter().map(group).collect()),
            other_groups: Some(found.other_groups),
            other_count: Some(found.other_count),
            ..total
        }
    }

    pub(crate) fn by_interval(found: Histogrammed) -> Self {
        let buckets = found.buckets.into_iter().map(CountedInterval::from).collect();
        Self { count: found.count, buckets: Some(buckets), missing: Some(found.missing), ..Self::default() }
    }
}

impl From<HistogramBucket> for CountedInterval {
    fn from(bucket: HistogramBucket) -> Self {
        let HistogramBucket { start, count, failures, documents, duration } = bucket;
        let durations = |Percentiles { p50, p90, p95, p99 }| Durations { p50, p90, p95, p99 };
        let key_as_string = Timestamp::from_milliseconds(start);
        Self { key: start, key_as_string, count, failures, documents, duration: duration.map(durations) }
    }
}
