//! `tributary copy`: from store to store.

use clap::Args;
use tributary_storage::transfer;

use super::existing::Existing;
use super::progress::Display;
use super::{Failure, Stores, stores, summary};
use crate::setting_values::not_empty;

const AFTER_HELP: &str = "\
Every field of every document arrives as it is, also those that this program does not know. Connectors come \
first, then sync jobs, then secrets, which stay encrypted: the target needs the same key. At the end both sides are read again and compared: how many documents there are, and a \
digest of them all that does not depend on their order. The last line is \"the same\" or \"DIFFERENT\", and only \
the first ends with exit code 0.

Nothing that the target holds is ever changed or removed. Let nobody write to either store meanwhile: what is \
written while it is copied may be missed, and is then told as a difference.

Examples:
  tributary copy --from embedded:./data --to embedded:/mnt/new/data
  tributary copy --from embedded:./data --to embedded:/mnt/new/data --resume   # after it was cut off
  tributary copy --from embedded:./team-a --to embedded:./all --merge          # several into one";

/// What to copy where.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// The store to read; no other process may have it open where it is a folder
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    from: String,
    /// The store to write, which has to be empty unless --merge or --resume is given
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    to: String,
    #[command(flatten)]
    existing: Existing,
}

/// Copies, compares, and says so.
pub(super) async fn run(options: Options, stores: &Stores<'_>) -> Result<(), Failure> {
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
