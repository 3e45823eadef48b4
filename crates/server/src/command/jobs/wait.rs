//! Waiting for the end of a job.

use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, sleep_until, timeout_at};
use tributary_domain::{Outline, SyncJobStatus};

use crate::client::{Call, ClientFailure, Recovery, Service, endpoint, plain, words};
use crate::setting_values::whole;

/// How long the service is asked to wait at a time.
const AT_A_TIME: Duration = Duration::from_secs(30);
/// The shortest time between two requests: a service that is being stopped answers at once.
const AT_LEAST: Duration = Duration::from_millis(500);

/// Whether and how long to wait.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct WaitOptions {
    /// Wait until the job has ended
    #[arg(long)]
    wait: bool,
    /// How long to wait, in seconds; without it for as long as it takes, also while the service is away
    #[arg(long, value_name = "SECONDS", requires = "wait", value_parser = whole(0, 31_536_000))]
    #[arg(allow_negative_numbers = true)]
    timeout: Option<u64>,
}

/// Waits until the job has ended, if that is asked for; an error unless it is completed. A service that has answered
/// before may go away meanwhile, and is asked again.
pub(super) async fn for_end(
    service: &Service,
    id: &str,
    options: WaitOptions,
    recovery: &mut Recovery,
) -> Result<(), ClientFailure> {
    if !options.wait {
        return Ok(());
    }
    let start = Instant::now();
    let deadline = options.timeout.map(|seconds| (start + Duration::from_secs(seconds), seconds));
    loop {
        let asked = Instant::now();
        let left = deadline.map_or(AT_A_TIME, |(deadline, _)| deadline.saturating_duration_since(asked));
        // Only one that has answered is asked again when it goes away.
        let wait = if recovery.is_known() { left.min(AT_A_TIME) } else { Duration::ZERO };
        let call = Call::of(endpoint("connector.sync_job_get")).id(id).query([
            ("wait_for_completion", "true".to_owned()),
            ("timeout", format!("{}ms", wait.as_millis())),
        ]);
        match service.text_after(&call, wait).await {
            Ok(job) => {
                recovery.answered();
                if let Some(end) = end(id, &job) {
                    return end;
                }
            }
            Err(failure) if recovery.bears(&failure) => {
                let pause = recovery.pause(failure.retry_after());
                match deadline {
                    Some((deadline, _)) => timeout_at(deadline, pause).await.map_err(|_| failure)?,
                    None => pause.await,
                }
                continue;
            }
            Err(failure) => return Err(failure),
        }
        match deadline {
            Some((deadline, seconds)) if Instant::now() >= deadline => {
                return Err(ClientFailure::JobNotEnded { id: plain(id), seconds });
            }
            _ => sleep_until(asked + AT_LEAST.min(wait)).await,
        }
    }
}

/// How a job has ended; `None` if it has not.
fn end(id: &str, document: &str) -> Option<Result<(), ClientFailure>> {
    let job = Outline::read(document, &["status", "error"]).unwrap_or_default();
    let id = plain(id);
    match words(&job, "status").parse().ok()? {
        SyncJobStatus::Completed => Some(Ok(())),
        SyncJobStatus::Error => Some(Err(ClientFailure::JobFailed { id, reason: words(&job, "error") })),
        SyncJobStatus::Canceled => Some(Err(ClientFailure::JobCanceled { id })),
        SyncJobStatus::Pending
        | SyncJobStatus::InProgress
        | SyncJobStatus::Canceling
        | SyncJobStatus::Suspended => None,
    }
}
