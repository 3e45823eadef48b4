//! The limit that a request was refused for.

use std::time::Duration;

/// For whom a limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
pub enum LimitScope {
    /// For all callers together.
    #[strum(to_string = "all callers together")]
    All,
    /// For each API key.
    #[strum(to_string = "one API key")]
    Key,
}

/// A limit that is reached: the request may be repeated after [`retry_after`](Self::retry_after).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitReached {
    /// So many connections are open.
    #[error(
        "[{0}] connections are open, as many as the service serves at a time (max_connections); try again later"
    )]
    Connections(usize),
    /// There were so many requests in a second.
    #[error(
        "more than the [{most}] requests a second that there may be for {scope} (requests_per_second{}); try again later", suffix(*.scope)
    )]
    Rate {
        /// The limit.
        most: u32,
        /// For whom.
        scope: LimitScope,
        /// When the next request is accepted.
        wait: Duration,
    },
    /// So many requests are running.
    #[error("[{most}] requests are running, as many as may for {scope} (max_running_requests{}); try again later", suffix(*.scope))]
    Running {
        /// The limit.
        most: usize,
        /// For whom.
        scope: LimitScope,
    },
    /// So many requests wait for changes or receive streams.
    #[error(
        "[{most}] requests wait for changes or receive streams, as many as may for {scope} (max_waiting_requests{}); try again later",
        suffix(*.scope)
    )]
    Waiting {
        /// The limit.
        most: usize,
        /// For whom.
        scope: LimitScope,
    },
    /// So many bytes of bodies are in memory.
    #[error(
        "the bodies of other requests take the [{0}] bytes of memory that there are for them (body_memory); try again later"
    )]
    BodyMemory(usize),
    /// So many bytes of answers are in memory.
    #[error(
        "answers that other clients have not read yet take the [{0}] bytes of memory that there are for them \
         (answer_memory); try again later, or ask for a smaller page"
    )]
    AnswerMemory(usize),
}

fn suffix(scope: LimitScope) -> &'static str {
    match scope {
        LimitScope::All => "",
        LimitScope::Key => "_per_key",
    }
}

impl LimitReached {
    /// After how many seconds to try again.
    #[must_use]
    pub fn retry_after(&self) -> u64 {
        match self {
            // Rounded up, so that the request is accepted then.
            Self::Rate { wait, .. } => (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_waited_for_in_whole_seconds() {
        for (milliseconds, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (9_500, 10)] {
            let wait = Duration::from_millis(milliseconds);
            let reached = LimitReached::Rate { most: 7, scope: LimitScope::Key, wait };
            assert_eq!(reached.retry_after(), seconds, "{milliseconds} ms");
            let reason = reached.to_string();
            assert!(reason.contains("[7]") && reason.contains("(requests_per_second_per_key)"), "{reason}");
        }
        assert_eq!(LimitReached::Connections(7).retry_after(), 1);
    }
}
