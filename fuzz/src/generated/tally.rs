//! What came of the requests.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

/// Counts of answers.
#[derive(Debug, Default)]
pub struct Tally {
    /// By status.
    pub statuses: BTreeMap<u16, u64>,
    /// By endpoint: successes and refusals.
    pub endpoints: BTreeMap<&'static str, [u64; 2]>,
    /// Requests that had no whole answer, and answers of 500 or more: the first ones, in words.
    pub failures: Vec<String>,
    /// How many of these there were.
    pub failed: u64,
}

/// How many failures are told.
const TOLD: usize = 20;

impl Tally {
    /// Counts an answer.
    pub fn count(&mut self, endpoint: &'static str, status: u16) {
        *self.statuses.entry(status).or_default() += 1;
        self.endpoints.entry(endpoint).or_default()[usize::from(status >= 400)] += 1;
    }

    /// Counts a failure.
    pub fn fail(&mut self, failure: String) {
        self.failed += 1;
        if self.failures.len() < TOLD {
            self.failures.push(failure);
        }
    }

    /// Adds the counts of another one.
    pub fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        for (endpoint, [done, refused]) in other.endpoints {
            let counts = self.endpoints.entry(endpoint).or_default();
            *counts = [counts[0] + done, counts[1] + refused];
        }
        self.failed += other.failed;
        self.failures.extend(other.failures);
        self.failures.truncate(TOLD);
    }

    /// The number of answers.
    pub fn answers(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// The endpoints without any success.
    pub fn never_done(&self) -> Vec<&'static str> {
        self.endpoints.iter().filter(|(_, [done, _])| *done == 0).map(|(name, _)| *name).collect()
    }
}

impl Display for Tally {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (status, count) in &self.statuses {
            writeln!(formatter, "{status:>12} {count:>9}")?;
        }
        for failure in &self.failures {
            writeln!(formatter, "{failure}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let mut one = Tally::default();
        one.count("a", 200);
        one.count("b", 404);
        let mut other = Tally::default();
        other.count("a", 400);
        other.fail("b: 500".to_owned());
        one.add(other);
        assert_eq!((one.answers(), one.failed, one.never_done()), (3, 1, vec!["b"]));
        assert_eq!(one.endpoints["a"], [1, 1]);
        assert!(one.to_string().ends_with("b: 500\n"));
    }
}
