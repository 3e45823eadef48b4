//! What the limits of requests are.

use std::num::NonZeroU32;

const MEBIBYTE: usize = 1 << 20;

/// The limits of requests. Beyond them a request is answered with `429` and `Retry-After`. The health endpoints are
/// exempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// How many requests run at a time. A request runs from when its body has arrived until there is an answer.
    pub running: usize,
    /// The same for each API key.
    pub running_per_key: Option<usize>,
    /// How many requests wait for a change or receive a stream at a time; they do not count as running.
    pub waiting: usize,
    /// The same for each API key.
    pub waiting_per_key: Option<usize>,
    /// How many requests there may be in a second. As many may come at once, and then one whenever its share of the
    /// second is over (GCRA).
    pub per_second: Option<NonZeroU32>,
    /// The same for each API key.
    pub per_second_per_key: Option<NonZeroU32>,
    /// How many bytes of request bodies are in memory at a time, without the first 64 KiB of each.
    pub body_memory: usize,
    /// How many bytes of complete answers wait to be sent at a time, without those of at most 64 KiB.
    pub answer_memory: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            running: 2_048,
            running_per_key: None,
            waiting: 12_000,
            waiting_per_key: None,
            per_second: None,
            per_second_per_key: None,
            body_memory: 256 * MEBIBYTE,
            answer_memory: 256 * MEBIBYTE,
        }
    }
}
