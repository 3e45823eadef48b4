//! `tributary export`: from a store to JSON lines.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use tributary_storage::Store;
use tributary_storage::transfer::{self, Observer, OfEach, Tally, TransferError};

use super::new_file::NewFile;
use super::progress::Display;
use super::{Failure, Stores, summary};
use crate::setting_values::not_empty;
use crate::signals::Signals;
use crate::streams;

const AFTER_HELP: &str = "\
Each document is two lines, in the format of the bulk API of Elasticsearch and OpenSearch:

  {\"create\":{\"_index\":\".elastic-connectors-sync-jobs-v1\",\"_id\":\"…\"}}
  {\"status\":\"pending\", …}

Secrets are written as they are stored, encrypted with their key. The file can be read by `tributary import` and, \
in pieces of some megabytes, be sent to _bulk of either engine. The number of documents and their digest are \
printed to standard error.

The file gets its name only once all of it is on the disk: if the export fails or is ended by SIGINT or SIGTERM, \
there is none. Until then it is called .tributary-export-… in the same folder; if the process is killed otherwise, \
or power is lost, that file remains and can be removed. Standard output, a pipe or a device may have received a \
part of the export.

Examples:
  tributary export --from embedded:./data backup.ndjson
  tributary export --from embedded:./data | gzip > backup.ndjson.gz
  tributary export --from embedded:./data | tributary import --to embedded:./other";

/// Aliases of -.
const STANDARD_OUTPUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The options of `tributary export`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ExportOptions {
    /// The store to read; a folder must not be in use by another process
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    from: String,
    /// The file to write, which must not exist yet; - is standard output
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// Exports, and prints a summary.
pub(super) async fn run(options: ExportOptions, stores: &Stores<'_>) -> Result<(), Failure> {
    let display = Display::new();
    let source = stores.source(&options.from, &display).await?;
    let shown = display.clone();
    let observer = move |progress| shown.show(progress);
    let exported = write(&*source.store, &options.file, &observer).await;
    display.clear();
    source.store.close().await?;
    let exported = exported?;
    // Standard output may be the export itself.
    streams::tell(&summary::tallies(&source.url, exported));
    Ok(())
}

async fn write(store: &dyn Store, path: &Path, observer: &Observer<'_>) -> Result<OfEach<Tally>, Failure> {
    if STANDARD_OUTPUT.iter().any(|name| path == Path::new(name)) {
        let mut output = streams::output().map_err(Failure::Output)?;
        return transfer::export(store, &mut output, observer).await.map_err(failure);
    }
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        // A pipe or a device: it cannot be renamed.
        let opened = File::options().write(true).open(path);
        let mut output =
            opened.map_err(|source| Failure::File { name: path.display().to_string(), source })?;
        return transfer::export(store, &mut output, observer).await.map_err(failure);
    }
    // From here on no signal ends the process before the temporary file is removed.
    let mut signals = Signals::listen().map_err(Failure::Signals)?;
    let mut file = NewFile::create(path)?;
    let exported = tokio::select! {
        exported = transfer::export(store, file.writer(), observer) => exported.map_err(|error| error.to_string()),
        signal = signals.next() => Err(format!("the export was ended by {signal}")),
    };
    let name = path.display().to_string();
    let exported = exported.map_err(|reason| Failure::NotWritten { name, reason })?;
    file.keep()?;
    Ok(exported)
}

fn failure(error: TransferError) -> Failure {
    match error {
        error @ (TransferError::Source(_) | TransferError::Unreadable { .. }) => Failure::Reading(error),
        error => error.into(),
    }
}
