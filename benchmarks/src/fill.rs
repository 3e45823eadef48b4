//! Stores jobs through the public store API, concurrently, so that they share commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Args;
use futures_util::future::try_join_all;
use tributary_domain::{Document, Id};
use tributary_storage::{Collection, Registry, Store, StoreExt as _};

use crate::failure::Failure;
use crate::jobs::Job;

/// The size of a batch of jobs, and the number of concurrent batches: small enough for a search engine on a busy machine
/// to store them within the time limit of a change.
const PORTION: u32 = 500;
const PORTIONS: usize = 2;

/// The options of `fill`.
#[derive(Debug, Clone, Args)]
pub(crate) struct FillOptions {
    /// The URL of the store
    store: String,
    /// How many jobs
    jobs: u32,
}

/// Opens the store, stores the jobs and closes it.
pub(crate) async fn run(options: FillOptions) -> Result<(), Failure> {
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
            let first = next.fetch_add(PORTION, Ordering::Relaxed);
            if first >= jobs {
                return Ok(());
            }
            let portion = (first..jobs.min(first + PORTION)).map(Job);
            let documents = portion.map(|job| -> Result<_, Failure> {
                Ok((Id::parse("id", job.id())?, Document::parse(&job.document())?))
            });
            let documents = documents.collect::<Result<_, _>>()?;
            for stored in store.create_many(Collection::SYNC_JOBS, documents).await {
                stored?;
            }
        }
    };
    try_join_all((0..PORTIONS).map(|_| writer())).await?;
    Ok(())
}
