//! Waiting for the end of a sync job.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use tributary_domain::{Collection, Id, Refusal};

use super::hub::{JobNews, JobSubscription, SyncJobHub};
use crate::Result;
use crate::access::Sight;
use crate::error::repeated;

/// Longer than anybody waits, and no timer overflows.
const LONGEST_TIMER: Duration = Duration::from_hours(24 * 365);

/// A sync job that somebody waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedJob {
    /// Its text, as it is now.
    pub text: Bytes,
    /// Whether it has a final status; if not, the time was over, or the service stops.
    pub has_ended: bool,
}

/// Waits until a sync job has a final status, and answers it: at once if it has one already, and as it is when the time
/// is over or the service stops. Refused if there is no such job, or no longer, or none that the caller sees.
pub async fn wait(hub: &SyncJobHub, sight: &Sight, id: &Id, timeout: Duration) -> Result<AwaitedJob> {
    let until = Instant::now() + timeout.min(LONGEST_TIMER);
    // Its text is not kept while many wait.
    match read(hub, sight, id).await? {
        job if job.has_ended || timeout.is_zero() => return Ok(job),
        _ => {}
    }
    let mut subscription = hub.job(id);
    loop {
        // After the subscription, and whenever it may have changed unnoticed.
        match read(hub, sight, id).await? {
            job if job.has_ended => return Ok(job),
            _ => {}
        }
        // At the end of the service the task behind the subscription fails, which is no failure of the store.
        let news = tokio::select! {
            biased;
            () = hub.ended() => return read(hub, sight, id).await,
            news = timeout_at(until, important(&mut subscription)) => news,
        };
        match news {
            Ok(JobNews::Changed(text, has_ended)) => return seen(sight, id, text, has_ended),
            Ok(JobNews::Deleted) => return Err(Refusal::SyncJobNotFound(id.to_string()).into()),
            Ok(JobNews::Failed(error)) => return Err(repeated(&error).into()),
            Ok(JobNews::Unknown | JobNews::Nothing) => {}
            Err(_) => return read(hub, sight, id).await,
        }
    }
}

async fn read(hub: &SyncJobHub, sight: &Sight, id: &Id) -> Result<AwaitedJob> {
    let present = hub.read(id).await?;
    seen(sight, id, present.text, present.job.has_ended())
}

/// The job as the caller sees it; to one that does not, it is not there.
fn seen(sight: &Sight, id: &Id, text: Bytes, has_ended: bool) -> Result<AwaitedJob> {
    if !sight.sees_text(Collection::SYNC_JOBS, id.as_str(), &text) {
        return Err(Refusal::SyncJobNotFound(id.to_string()).into());
    }
    Ok(AwaitedJob { text: sight.shown(Collection::SYNC_JOBS, text), has_ended })
}

/// Waits for anything but a change to a status that is not final.
async fn important(subscription: &mut JobSubscription) -> JobNews {
    loop {
        match subscription.next().await {
            JobNews::Changed(_, false) => {}
            news => return news,
        }
    }
}
