//! The results of the measurements of lists.

use std::time::Duration;

use crate::compare::Comparison;

/// One line of the main table.
pub(crate) struct Line {
    /// The name of the shape.
    pub(crate) shape: &'static str,
    /// How many connections.
    pub(crate) connections: usize,
    /// The mean size of the answers.
    pub(crate) body_bytes: usize,
    /// The list against the constant body.
    pub(crate) comparison: Comparison,
    /// The required ratio.
    pub(crate) goal: f64,
}

/// The costs of a number of jobs apart from requests.
pub(crate) struct Costs {
    /// How many jobs.
    pub(crate) jobs: u32,
    /// How long it took to store them.
    pub(crate) filling: Duration,
    /// From the start of the process until it was ready: the median.
    pub(crate) start_up: Duration,
    /// The bytes of memory that the server needs for each.
    pub(crate) memory: f64,
}
