//! One look at the changes of sync jobs, for all who wait.

mod changed;
mod follow;
mod subscribers;
mod sync_job_hub;

pub(super) use changed::PORTION;
pub use changed::{ChangedJob, ChangedJobs, PresentJob};
pub(super) use subscribers::{FeedNews, JobNews, JobSubscription};
pub use sync_job_hub::SyncJobHub;
