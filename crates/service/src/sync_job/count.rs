//! Counts of sync jobs: by words, and by intervals of time.

use std::cmp::Reverse;

use futures_util::TryStreamExt as _;
use tributary_domain::{Histogram, HistogramEntry, Histogrammed, Query, SyncJobStatus, sync_job_fields};
use tributary_storage::Store;

use crate::{Context, Result};

/// The largest groups of sync jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LargestGroups {
    /// How many jobs match.
    pub total: u64,
    /// The words of each group in the order of its fields, and how many jobs it has: the largest first, then by words.
    pub groups: Vec<(Vec<Option<String>>, u64)>,
    /// How many groups are left out.
    pub other_groups: u64,
    /// How many jobs these have together.
    pub other_count: u64,
}

/// The sync jobs that match, counted by the words in some fields, with at most `size` groups:
/// `connector.sync_job_count`.
pub async fn count(
    store: &dyn Store,
    context: &Context,
    query: &Query,
    by: &[&'static str],
    size: usize,
) -> Result<LargestGroups> {
    let counts = store.count(query, by, context.deadline()).await?;
    let mut groups: Vec<_> = counts.groups.into_iter().collect();
    // They are in the order of their words already.
    groups.sort_by_key(|(_, count)| Reverse(*count));
    let others = groups.split_off(size.min(groups.len()));
    let other_count = others.iter().map(|(_, count)| count).sum();
    Ok(LargestGroups { total: counts.total, groups, other_groups: others.len() as u64, other_count })
}

/// The sync jobs that match, counted by the date in a field, in intervals of so many milliseconds:
/// `connector.sync_job_count`. Refused if these would be too many.
pub async fn histogram(
    store: &dyn Store,
    context: &Context,
    query: &Query,
    field: &'static str,
    interval: i64,
) -> Result<Histogrammed> {
    let mut histogram = Histogram::new(interval);
    let fields = [field, sync_job_fields::INDEXED_DOCUMENT_COUNT, sync_job_fields::DURATION];
    let mut numbers = store.numbers(query, &fields, context.deadline());
    while let Some(portion) = numbers.try_next().await? {
        for row in portion.rows() {
            if let [at, documents, duration] = *row {
                // A job that ended before it was started has no duration.
                let duration = duration.filter(|duration| *duration >= 0);
                histogram.add(HistogramEntry { at, documents, duration });
            }
        }
    }
    let failed = query.clone().any_of(sync_job_fields::STATUS, [SyncJobStatus::Error.to_string()]);
    let mut numbers = store.numbers(&failed, &[field], context.deadline());
    while let Some(portion) = numbers.try_next().await? {
        portion.rows().for_each(|row| histogram.add_failure(row.first().copied().flatten()));
    }
    Ok(histogram.finish()?)
}

#[cfg(test)]
mod tests {
    use tributary_storage::Collection;

    use super::*;
    use crate::test_support::{context, store};

    #[tokio::test]
    async fn the_largest_groups_come_first_and_the_others_are_summed() {
        let job = |id, text| (Collection::SYNC_JOBS, id, text);
        let (a, b, c) = (r#"{"status":"a"}"#, r#"{"status":"b"}"#, r#"{"status":"c"}"#);
        let jobs = [job("1", a), job("2", b), job("3", b), job("4", c), job("5", "{}"), job("6", "{}")];
        let store = store(&jobs).await;
        let query = Query::of(Collection::SYNC_JOBS);
        let words = async |size| {
            let found = count(&*store, &context(), &query, &[sync_job_fields::STATUS], size).await.unwrap();
            assert_eq!(found.total, 6);
            let word = |(words, count): &(Vec<Option<String>>, u64)| {
                format!("{}{count}", words[0].as_deref().unwrap_or("-"))
            };
            let words: Vec<_> = found.groups.iter().map(word).collect();
            (words.join(" "), found.other_groups, found.other_count)
        };
        assert_eq!(words(10).await, ("-2 b2 a1 c1".to_owned(), 0, 0));
        assert_eq!(words(3).await, ("-2 b2 a1".to_owned(), 1, 1));
        assert_eq!(words(0).await, (String::new(), 4, 6));
        let all = count(&*store, &context(), &query, &[], 10).await.unwrap();
        assert_eq!(all, LargestGroups { total: 6, ..LargestGroups::default() });
    }

    #[tokio::test]
    async fn a_duration_has_a_start_and_an_end() {
        let cases = [
            (Some(3), Some(10), Some(7)),
            (Some(3), Some(3), Some(0)),
            (Some(3), Some(2), None),
            (None, Some(2), None),
            (Some(2), None, None),
            (Some(i64::MIN), Some(i64::MAX), None),
        ];
        for (started, completed, expected) in cases {
            let text = |time: Option<i64>| time.map_or_else(|| "null".to_owned(), |time| time.to_string());
            let (started, completed) = (text(started), text(completed));
            let job = format!(r#"{{"created_at":5,"started_at":{started},"completed_at":{completed}}}"#);
            let store = store(&[(Collection::SYNC_JOBS, "j", &job)]).await;
            let query = Query::of(Collection::SYNC_JOBS);
            let found =
                histogram(&*store, &context(), &query, sync_job_fields::CREATED_AT, 10).await.unwrap();
            let duration = found.buckets[0].duration.map(|duration| duration.p50);
            assert_eq!(duration, expected, "{started} {completed}");
        }
    }

    #[tokio::test]
    async fn jobs_are_counted_by_interval_and_failures_among_them() {
        let jobs = [
            (
                Collection::SYNC_JOBS,
                "a",
                r#"{"status":"error","started_at":3,"completed_at":10,"indexed_document_count":4}"#,
            ),
            (
                Collection::SYNC_JOBS,
                "b",
                r#"{"status":"completed","started_at":1,"completed_at":19,"indexed_document_count":5}"#,
            ),
            (Collection::SYNC_JOBS, "c", r#"{"status":"pending"}"#),
        ];
        let store = store(&jobs).await;
        let query = Query::of(Collection::SYNC_JOBS);
        let found = histogram(&*store, &context(), &query, sync_job_fields::COMPLETED_AT, 10).await.unwrap();
        let [bucket] = &found.buckets[..] else { panic!("{found:?}") };
        assert_eq!((found.count, found.missing), (3, 1));
        assert_eq!((bucket.start, bucket.count, bucket.failures, bucket.documents), (10, 2, 1, 9));
        let duration = bucket.duration.unwrap();
        assert_eq!((duration.p50, duration.p99), (7, 18));
    }
}
