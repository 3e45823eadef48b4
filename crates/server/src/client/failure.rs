//! Why a call of the service failed, and the exit codes of the commands that make calls.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

use super::plain::plain;

/// The exit codes, for the help of each command.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed otherwise, such as for an answer that is not of this API, or not confirmed
  2  the command line is wrong
  3  not found
  4  refused by the service, which says why
  5  the service cannot be reached, or is unavailable";

/// The exit codes of those that wait for the end of a job.
pub(crate) const WAIT_EXIT_CODES: &str = "
  6  with --wait: the job ended with an error
  7  with --wait: the job was canceled
  8  with --wait: the job has not ended within --timeout";

/// The environment variable with an API key. There is no flag: command lines are visible to others.
pub(crate) const API_KEY_VARIABLE: &str = "TRIBUTARY_API_KEY";

/// Why a call of the service failed. All texts of others in it are free of control characters.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientFailure {
    #[error("{0}")]
    Usage(String),
    #[error("not confirmed; nothing was changed")]
    NotConfirmed,
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
    #[error("the API key in {place}: {reason}")]
    ApiKey { place: String, reason: String },
    #[error("the request cannot be made: {}", causes(.0))]
    Client(#[source] reqwest::Error),
    #[error("the id [{0}] cannot be part of a path")]
    Unaddressable(String),
    #[error("{url} cannot be reached: {}; is the service running there? --url names another", causes(source))]
    Unreachable { url: String, source: reqwest::Error },
    #[error("{url} did not answer within {seconds} seconds; --request-timeout allows more")]
    TimedOut { url: String, seconds: u64, source: Option<reqwest::Error> },
    #[error("{reason} ({status})")]
    Answered { status: StatusCode, reason: String, retry_after: Option<Duration> },
    #[error("{reason} ({status}); {API_KEY_VARIABLE} or --api-key-file gives an API key")]
    KeyNeeded { status: StatusCode, reason: String },
    #[error("{url} cannot be reached: what is in front of it answers {status}")]
    Gateway { url: String, status: StatusCode, retry_after: Option<Duration> },
    #[error(
        "{url} answers {status}, but not as this API does: there is no header X-Elastic-Product; is --url right?"
    )]
    Foreign { url: String, status: StatusCode, retry_after: Option<Duration> },
    #[error("{url} answers, but not as this API does: {reason}")]
    Unexpected { url: String, reason: String },
    #[error("the output cannot be written to standard output: {0}")]
    Output(#[source] io::Error),
    #[error("nobody reads the output any more")]
    ReaderGone,
    #[error("sync job [{id}] ended with an error: {reason}")]
    JobFailed { id: String, reason: String },
    #[error("sync job [{id}] was canceled")]
    JobCanceled { id: String },
    #[error("sync job [{id}] has not ended within {seconds} seconds")]
    JobNotEnded { id: String, seconds: u64 },
    #[error("fewer than {limit} changes have come {until}")]
    FewChanges { limit: u64, until: String },
    #[error("signals cannot be listened to: {0}")]
    Signals(#[source] io::Error),
    #[error("{failed} of {all} were not done")]
    Several { failed: usize, all: usize, exit_code: u8 },
}

impl ClientFailure {
    /// An answer that is no success, with the reason in its body.
    pub(super) fn answered(status: StatusCode, body: &str, retry_after: Option<Duration>) -> Self {
        Self::Answered { status, reason: Self::reason(body), retry_after }
    }

    /// An answer without the header of this API.
    pub(super) fn foreign(url: String, status: StatusCode, retry_after: Option<Duration>) -> Self {
        match status {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                Self::Gateway { url, status, retry_after }
            }
            _ => Self::Foreign { url, status, retry_after },
        }
    }

    /// The reason in the body of an error; free of control characters.
    pub(crate) fn reason(body: &str) -> String {
        let reason = serde_json::from_str::<serde_json::Value>(body).ok().and_then(|body| {
            // A change of many jobs that was ended has failures instead.
            let reason = body.pointer("/error/reason").or(body.pointer("/failures/0/cause/reason"))?;
            Some(reason.as_str()?.to_owned())
        });
        let first_line = || body.lines().next().unwrap_or_default().chars().take(200).collect();
        match plain(&reason.unwrap_or_else(first_line)) {
            reason if reason.is_empty() => "no reason is given".to_owned(),
            reason => reason,
        }
    }

    /// Whether the next call would fail likewise.
    pub(crate) fn concerns_all(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::Gateway { .. }
                | Self::Foreign { .. }
                | Self::Unexpected { .. }
                | Self::KeyNeeded { .. }
        )
    }

    /// Whether somebody answers that the same call may succeed later.
    pub(super) fn is_busy(&self) -> bool {
        match self {
            Self::Answered { status, .. } | Self::Gateway { status, .. } | Self::Foreign { status, .. } => {
                matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            }
            _ => false,
        }
    }

    /// Whether the same call may succeed later, given that the service was there before.
    pub(super) fn is_temporary(&self) -> bool {
        match self {
            // A proxy may answer anything while the service behind it is away.
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Gateway { .. }
            | Self::Foreign { .. } => true,
            Self::Answered { status, .. } => status.is_server_error() || self.is_busy(),
            _ => false,
        }
    }

    /// How long the service, or what is in front of it, asks to wait before the next call.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Answered { retry_after, .. }
            | Self::Gateway { retry_after, .. }
            | Self::Foreign { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it is about the end of a job that was waited for.
    pub(crate) fn is_end_of_job(&self) -> bool {
        matches!(self, Self::JobFailed { .. } | Self::JobCanceled { .. } | Self::JobNotEnded { .. })
    }

    /// The exit code of a command that ends with this.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Unaddressable(_) => 2,
            Self::Answered { status: StatusCode::NOT_FOUND, .. } => 3,
            Self::Answered { status, .. } if status.is_client_error() => 4,
            Self::KeyNeeded { .. } => 4,
            Self::Answered { status, .. } if status.is_server_error() => 5,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Gateway { .. } => 5,
            Self::JobFailed { .. } => 6,
            Self::JobCanceled { .. } => 7,
            Self::JobNotEnded { .. } | Self::FewChanges { .. } => 8,
            Self::Several { exit_code, .. } => *exit_code,
            Self::ReaderGone => 0,
            Self::NotConfirmed
            | Self::File { .. }
            | Self::ApiKey { .. }
            | Self::Client(_)
            | Self::Signals(_)
            | Self::Answered { .. }
            | Self::Foreign { .. }
            | Self::Unexpected { .. }
            | Self::Output(_) => 1,
        }
    }
}

impl From<io::Error> for ClientFailure {
    /// An error of standard output.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::Output(error) }
    }
}

/// The causes of an error, without the error itself, whose text is only that a request failed.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut texts = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    // The last one says what happened, those before where.
    texts.pop().map_or_else(|| plain(&error.to_string()), |text| plain(&text))
}
