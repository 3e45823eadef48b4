//! Stores jobs through the public store API: many at a time, so that they share commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Args;
use futures_util::future::try_join_all;
use tributary_domain::{Document, Id};
use tributary_storage::{Collection, Registry, Store};

use crate::Failure;
use crate::jobs::Job;

/// How many jobs are being stored at any time.
const AT_A_TIME: usize = 4_096;

/// Where to store how many jobs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// The URL of the store
    store: String,
    /// How many jobs
    jobs: u32,
}

/// Opens the store, stores the jobs and closes it.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let store = Registry::with_built_in().open(&options.store).await?;
    fill(&store, options.jobs).await?;
    store.close().await?;
    Ok(())
}

/// Stores the jobs with the numbers below `jobs`.
pub(crate) async fn fill(store: &Arc<dyn Store>, jobs: u32) -> Result<(), Failure> {
    let next = AtomicU32::new(0);
    let writer = async || -> Result<(), Failure> {
        loop {
            let job = Job(next.fetch_add(1, Ordering::Relaxed));
            if job.0 >= jobs {
                return Ok(());
            }
            let id = Id::parse("id", job.id())?;
            store.create(Collection::SyncJobs, &id, Document::parse(&job.document())?).await?;
        }
    };
    try_join_all((0..AT_A_TIME).map(|_| writer())).await?;
    Ok(())
}
