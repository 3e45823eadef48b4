//! The settings for limits.

use std::num::NonZeroU32;

use clap::Args;
use tributary_api::RequestLimits;

use crate::setting_values::{positive, size};

const MOST: u64 = 1 << 20;
const MEBIBYTE: u64 = 1 << 20;
const TEBIBYTE: u64 = 1 << 40;

/// How many connections are served at a time by default.
const CONNECTIONS: usize = 15_000;

/// The limits of connections and requests.
#[derive(Debug, Clone, Args)]
pub(crate) struct LimitSettings {
    /// How many connections are served at a time; others get 429 before anything is read
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_MAX_CONNECTIONS", value_parser = size(1, MOST))]
    #[arg(allow_negative_numbers = true, default_value_t = CONNECTIONS)]
    pub(crate) max_connections: usize,
    /// How many requests run at a time; others get 429
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_MAX_RUNNING_REQUESTS", value_parser = size(1, MOST))]
    #[arg(allow_negative_numbers = true, default_value_t = RequestLimits::default().running)]
    max_running_requests: usize,
    /// The same for each API key; by default there is no such limit
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_MAX_RUNNING_REQUESTS_PER_KEY")]
    #[arg(allow_negative_numbers = true, value_parser = size(1, MOST))]
    max_running_requests_per_key: Option<usize>,
    /// How many requests wait for changes or receive streams at a time; others get 429
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_MAX_WAITING_REQUESTS", value_parser = size(1, MOST))]
    #[arg(allow_negative_numbers = true, default_value_t = RequestLimits::default().waiting)]
    max_waiting_requests: usize,
    /// The same for each API key; by default there is no such limit
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_MAX_WAITING_REQUESTS_PER_KEY")]
    #[arg(allow_negative_numbers = true, value_parser = size(1, MOST))]
    max_waiting_requests_per_key: Option<usize>,
    /// How many requests there may be in a second; others get 429. By default there is no such limit
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_REQUESTS_PER_SECOND", value_parser = positive(MOST))]
    #[arg(allow_negative_numbers = true)]
    requests_per_second: Option<NonZeroU32>,
    /// The same for each API key
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_REQUESTS_PER_SECOND_PER_KEY")]
    #[arg(allow_negative_numbers = true, value_parser = positive(MOST))]
    requests_per_second_per_key: Option<NonZeroU32>,
    /// How many bytes of request bodies longer than 64 KiB are in memory at a time; others get 429
    #[arg(long, value_name = "BYTES", env = "TRIBUTARY_BODY_MEMORY", value_parser = size(MEBIBYTE, TEBIBYTE))]
    #[arg(allow_negative_numbers = true, default_value_t = RequestLimits::default().body_memory)]
    body_memory: usize,
    /// How many bytes of answers longer than 64 KiB wait at a time for clients to read them; others get 429
    #[arg(long, value_name = "BYTES", env = "TRIBUTARY_ANSWER_MEMORY", value_parser = size(MEBIBYTE, TEBIBYTE))]
    #[arg(allow_negative_numbers = true, default_value_t = RequestLimits::default().answer_memory)]
    answer_memory: usize,
}

impl LimitSettings {
    /// The limits of requests.
    pub(crate) fn of_requests(&self) -> RequestLimits {
        RequestLimits {
            running: self.max_running_requests,
            running_per_key: self.max_running_requests_per_key,
            waiting: self.max_waiting_requests,
            waiting_per_key: self.max_waiting_requests_per_key,
            per_second: self.requests_per_second,
            per_second_per_key: self.requests_per_second_per_key,
            body_memory: self.body_memory,
            answer_memory: self.answer_memory,
        }
    }
}
