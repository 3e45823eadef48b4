//! Histograms of sync jobs over time: how many there were, how they ended, how much they did, and how long it took.

use std::collections::BTreeMap;

use crate::Refusal;

/// The most buckets of a histogram.
pub const MAXIMUM_BUCKETS: u64 = 10_000;

/// Intervals that are proposed instead of one that is too short, in milliseconds.
const PROPOSED: &[(&str, i64)] = &[
    ("10ms", 10),
    ("100ms", 100),
    ("1s", 1_000),
    ("10s", 10_000),
    ("1m", 60_000),
    ("10m", 600_000),
    ("1h", 3_600_000),
    ("12h", 43_200_000),
    ("1d", 86_400_000),
];
const WEEK: i64 = 604_800_000;

/// What a histogram counts of a sync job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistogramEntry {
    /// The date that it is counted by, in milliseconds since 1970, if it has one.
    pub at: Option<i64>,
    /// How many documents it indexed.
    pub documents: Option<i64>,
    /// How long it took, in milliseconds, if it has started and ended.
    pub duration: Option<i64>,
}

/// Counts sync jobs by an interval of time.
#[derive(Debug)]
pub struct Histogram {
    /// In milliseconds, greater than zero.
    interval: i64,
    /// By the number of the interval since 1970; empty once there are too many.
    tallies: BTreeMap<i64, Tally>,
    /// The numbers of the first and of the last interval.
    span: Option<(i64, i64)>,
    count: u64,
    missing: u64,
}

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    failures: u64,
    documents: i64,
    durations: Vec<i64>,
}

/// The jobs of an interval of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramBucket {
    /// The start of the interval, in milliseconds since 1970.
    pub start: i64,
    /// How many jobs there are.
    pub count: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How many documents they indexed together.
    pub documents: i64,
    /// How long they took; `None` if none of them has started and ended.
    pub duration: Option<Percentiles>,
}

/// Percentiles by nearest rank: each is one of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    /// The median.
    pub p50: i64,
    /// The 90th percentile.
    pub p90: i64,
    /// The 95th percentile.
    pub p95: i64,
    /// The 99th percentile.
    pub p99: i64,
}

/// A histogram that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogrammed {
    /// How many jobs were counted, with a date and without.
    pub count: u64,
    /// From the first that has jobs to the last, with the empty ones between them.
    pub buckets: Vec<HistogramBucket>,
    /// How many jobs have no such date.
    pub missing: u64,
}

impl Histogram {
    /// A histogram over intervals of so many milliseconds, at least one; they are multiples of it since 1970.
    #[must_use]
    pub fn new(interval: i64) -> Self {
        Self { interval: interval.max(1), tallies: BTreeMap::new(), span: None, count: 0, missing: 0 }
    }

    /// Counts a job.
    pub fn add(&mut self, entry: HistogramEntry) {
        self.count += 1;
        let Some(at) = entry.at else {
            self.missing += 1;
            return;
        };
        let place = at.div_euclid(self.interval);
        let (first, last) = self.span.unwrap_or((place, place));
        self.span = Some((first.min(place), last.max(place)));
        if self.length() > MAXIMUM_BUCKETS {
            // The error only states how many there would be.
            self.tallies.clear();
            return;
        }
        let tally = self.tallies.entry(place).or_default();
        tally.count += 1;
        tally.documents = tally.documents.saturating_add(entry.documents.unwrap_or_default());
        tally.durations.extend(entry.duration);
    }

    /// Marks a job that was counted as failed, by its date. One that came later is ignored.
    pub fn add_failure(&mut self, at: Option<i64>) {
        let place = at.map(|at| at.div_euclid(self.interval));
        if let Some(tally) = place.and_then(|place| self.tallies.get_mut(&place)) {
            tally.failures = tally.count.min(tally.failures + 1);
        }
    }

    /// How many buckets there are, empty ones included.
    fn length(&self) -> u64 {
        self.span.map_or(0, |(first, last)| last.abs_diff(first).saturating_add(1))
    }

    /// The buckets. Refused if there are more than [`MAXIMUM_BUCKETS`], with an interval that would do.
    pub fn finish(mut self) -> Result<Histogrammed, Refusal> {
        let length = self.length();
        if length > MAXIMUM_BUCKETS {
            return Err(Refusal::InvalidArgument(format!(
                "parameter [interval] would make [{length}] buckets of the jobs that match, and [{MAXIMUM_BUCKETS}] are \
                 allowed; an interval of [{}] would do, or a range of dates",
                self.longer_interval()
            )));
        }
        let places = self.span.map(|(first, last)| first..=last).into_iter().flatten();
        let buckets = places.map(|place| {
            let tally = self.tallies.remove(&place).unwrap_or_default();
            HistogramBucket {
                start: place.saturating_mul(self.interval),
                count: tally.count,
                failures: tally.failures,
                documents: tally.documents,
                duration: Percentiles::of(tally.durations),
            }
        });
        let buckets = buckets.collect();
        Ok(Histogrammed { count: self.count, buckets, missing: self.missing })
    }

    /// An interval with few enough buckets.
    fn longer_interval(&self) -> String {
        // Up to two of a longer interval are cut by the ends of the span.
        let milliseconds = u128::from(self.length()) * u128::from(self.interval.unsigned_abs());
        let fits = |interval: i64| {
            milliseconds.div_ceil(u128::from(interval.unsigned_abs())) < u128::from(MAXIMUM_BUCKETS)
        };
        match PROPOSED.iter().find(|(_, interval)| fits(*interval)) {
            Some((text, _)) => (*text).to_owned(),
            None => format!(
                "{}w",
                milliseconds.div_ceil(u128::from(MAXIMUM_BUCKETS - 1) * u128::from(WEEK.unsigned_abs()))
            ),
        }
    }
}

impl Percentiles {
    fn of(mut values: Vec<i64>) -> Option<Self> {
        values.sort_unstable();
        let rank = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).copied()
        };
        Some(Self { p50: rank(50)?, p90: rank(90)?, p95: rank(95)?, p99: rank(99)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(at: Option<i64>, documents: Option<i64>, duration: Option<i64>) -> HistogramEntry {
        HistogramEntry { at, documents, duration }
    }

    fn at(at: i64) -> HistogramEntry {
        entry(Some(at), None, None)
    }

    fn histogram(interval: i64, entries: &[HistogramEntry]) -> Result<Histogrammed, Refusal> {
        let mut histogram = Histogram::new(interval);
        for entry in entries {
            histogram.add(*entry);
        }
        histogram.finish()
    }

    /// An interval, times, and the buckets with their counts.
    type Case = (i64, &'static [i64], &'static [(i64, u64)]);

    #[test]
    fn buckets_are_multiples_of_the_interval() {
        let starts = |interval, times: &[i64]| {
            let entries: Vec<_> = times.iter().copied().map(at).collect();
            let buckets = histogram(interval, &entries).unwrap().buckets;
            buckets.iter().map(|bucket| (bucket.start, bucket.count)).collect::<Vec<_>>()
        };
        let cases: [Case; 7] = [
            (10, &[], &[]),
            (10, &[0], &[(0, 1)]),
            (10, &[9, 10, 19, 40], &[(0, 1), (10, 2), (20, 0), (30, 0), (40, 1)]),
            (10, &[-1, -10, -11], &[(-20, 1), (-10, 2)]),
            (WEEK, &[1_767_323_045_678], &[(1_767_225_600_000, 1)]),
            (i64::MAX, &[i64::MIN, i64::MAX], &[(i64::MIN, 1), (-i64::MAX, 0), (0, 0), (i64::MAX, 1)]),
            (0, &[5], &[(5, 1)]),
        ];
        for (interval, times, expected) in cases {
            assert_eq!(starts(interval, times), expected, "{interval} {times:?}");
        }
    }

    #[test]
    fn what_is_counted_of_each_job() {
        let mut histogram = Histogram::new(10);
        for one in [
            entry(Some(1), Some(5), Some(100)),
            entry(Some(2), Some(i64::MAX), None),
            entry(Some(3), None, Some(-7)),
            entry(None, Some(9), Some(9)),
            entry(Some(25), None, None),
        ] {
            histogram.add(one);
        }
        for failed in [Some(2), Some(12), Some(25), Some(25), None] {
            histogram.add_failure(failed);
        }
        let bucket = |start, count, failures, documents, duration| HistogramBucket {
            start,
            count,
            failures,
            documents,
            duration,
        };
        let duration = Percentiles { p50: -7, p90: 100, p95: 100, p99: 100 };
        let buckets = vec![
            bucket(0, 3, 1, i64::MAX, Some(duration)),
            bucket(10, 0, 0, 0, None),
            bucket(20, 1, 1, 0, None),
        ];
        assert_eq!(histogram.finish(), Ok(Histogrammed { count: 5, buckets, missing: 1 }));
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let of = |values: &[i64]| {
            Percentiles::of(values.to_vec()).map(|found| [found.p50, found.p90, found.p95, found.p99])
        };
        let hundred: Vec<i64> = (1..=100).rev().collect();
        let cases: [(&[i64], Option<[i64; 4]>); 5] = [
            (&[], None),
            (&[7], Some([7; 4])),
            (&[2, 1], Some([1, 2, 2, 2])),
            (&[30, 10, 20], Some([20, 30, 30, 30])),
            (&hundred, Some([50, 90, 95, 99])),
        ];
        for (values, expected) in cases {
            assert_eq!(of(values), expected, "{values:?}");
        }
    }

    #[test]
    fn too_many_buckets_are_refused_with_an_interval_that_would_do() {
        let day = 86_400_000;
        for (interval, last, count, proposed, length) in [
            (1, 9_999, "", "", 0),
            (1, 10_000, "[10001]", "[10ms]", 10),
            (1, day, "[86400001]", "[10s]", 10_000),
            (60_000, 10_000 * day, "[14400001]", "[1w]", WEEK),
            (1, i64::MAX, "[9223372036854775808]", "w]", 0),
        ] {
            match histogram(interval, &[at(0), at(5), at(last)]) {
                Ok(found) => assert_eq!((found.buckets.len(), count), (10_000, "")),
                Err(refusal) => {
                    let reason = refusal.to_string();
                    assert!(reason.contains(count) && reason.contains(proposed), "{reason}");
                    assert!(length == 0 || histogram(length, &[at(0), at(last)]).is_ok(), "{reason}");
                }
            }
        }
        assert!(histogram(1, &[at(i64::MIN), at(i64::MAX)]).is_err());
    }

    /// The same, by looking at every job for every bucket.
    fn naive(interval: i64, entries: &[HistogramEntry], failed: &[bool]) -> Histogrammed {
        let start_of = |at: i64| at - at.rem_euclid(interval);
        let starts: Vec<i64> = entries.iter().filter_map(|entry| entry.at.map(start_of)).collect();
        let (first, last) = (starts.iter().min().copied(), starts.iter().max().copied());
        let mut buckets = Vec::new();
        let mut start = first.unwrap_or_default();
        while first.is_some() && Some(start) <= last {
            let is_in = |entry: &HistogramEntry| entry.at.map(start_of) == Some(start);
            let jobs: Vec<_> = entries.iter().zip(failed).filter(|(entry, _)| is_in(entry)).collect();
            let durations: Vec<i64> = jobs.iter().filter_map(|(entry, _)| entry.duration).collect();
            // The least value that so many percent of all values are at most.
            let percentile = |percent: usize| {
                let is_enough = |value: &&i64| {
                    durations.iter().filter(|other| other <= value).count() * 100 >= percent * durations.len()
                };
                durations.iter().filter(is_enough).min().copied()
            };
            let percentiles = || {
                let [p50, p90, p95, p99] = [50, 90, 95, 99].map(percentile);
                Some(Percentiles { p50: p50?, p90: p90?, p95: p95?, p99: p99? })
            };
            buckets.push(HistogramBucket {
                start,
                count: jobs.len() as u64,
                failures: jobs.iter().filter(|(_, failed)| **failed).count() as u64,
                documents: jobs.iter().filter_map(|(entry, _)| entry.documents).sum(),
                duration: percentiles(),
            });
            start += interval;
        }
        let missing = entries.iter().filter(|entry| entry.at.is_none()).count() as u64;
        Histogrammed { count: entries.len() as u64, buckets, missing }
    }

    fn any_entry() -> impl Strategy<Value = (HistogramEntry, bool)> {
        let number = || proptest::option::of(-50..50_i64);
        (number(), number(), number(), any::<bool>())
            .prop_map(|(at, documents, duration, failed)| (entry(at, documents, duration), failed))
    }

    proptest! {
        #[test]
        fn as_the_naive_one(interval in 1..40_i64, jobs in proptest::collection::vec(any_entry(), 0..60)) {
            let (entries, failed): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
            let mut histogram = Histogram::new(interval);
            for entry in &entries {
            histogram.add(*entry);
        }
            for (entry, _) in entries.iter().zip(&failed).filter(|(_, failed)| **failed) {
                histogram.add_failure(entry.at);
            }
            prop_assert_eq!(histogram.finish(), Ok(naive(interval, &entries, &failed)));
        }
    }
}
