//! `tributary copy`: from store to store.

use clap::Args;
use tributary_storage::transfer;

use super::existing::Existing;
use super::progress::Display;
use super::{Failure, Stores, stores, summary};
use crate::setting_values::not_empty;

const AFTER_HELP: &str = "\
Documents are copied unchanged, including fields that this program does not know. Connectors come first, then \
sync jobs, then secrets, which stay encrypted: the target needs the same key. At the end both sides are read again \
and compared by the number of documents and an order-independent digest of them. The last line is \"the same\" or \
\"DIFFERENT\"; only the former has exit code 0.

Existing documents of the target are never changed or removed. Do not write to either store meanwhile: concurrent \
writes may be missed, and are then reported as a difference.

Examples:
  tributary copy --from embedded:./data --to embedded:/mnt/new/data
  tributary copy --from embedded:./data --to embedded:/mnt/new/data --resume   # after an interruption
  tributary copy --from embedded:./team-a --to embedded:./all --merge          # several into one";

/// The options of `tributary copy`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CopyOptions {
    /// The store to read; a folder must not be in use by another process
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    from: String,
    /// The store to write, which must be empty unless --merge or --resume is given
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    to: String,
    #[command(flatten)]
    existing: Existing,
}

/// Copies, compares, and prints the summary.
pub(super) async fn run(options: CopyOptions, stores: &Stores<'_>) -> Result<(), Failure> {
    stores::check_not_the_same(&options.from, &options.to)?;
    let display = Display::new();
    let source = stores.source(&options.from, &display).await?;
    let target = stores.target(&options.to, &display).await?;
    let shown = display.clone();
    let observer = move |progress| shown.show(progress);
    let copied = transfer::copy(&*source.store, &*target.store, options.existing.into(), &observer).await;
    display.clear();
    target.store.close().await?;
    source.store.close().await?;
    let report = copied?;
    summary::conclude(summary::report(&report, &source.url, &target.url), report.verdict())
}
