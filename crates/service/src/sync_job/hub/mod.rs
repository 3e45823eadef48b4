//! One look at the changes of sync jobs, for all who wait.

mod changed;
mod follow;
mod subscribers;
mod sync_job_hub;

pub use changed::{ChangedJob, ChangedJobs, JobState, PresentJob};
pub(super) use changed::{PORTION, UnreadJob};
pub(super) use subscribers::{ConnectorInterest, FeedNews, JobNews, JobSubscription};
pub use sync_job_hub::SyncJobHub;
