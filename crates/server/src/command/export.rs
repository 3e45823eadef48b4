//! `tributary export`: from a store to lines of JSON.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tributary_storage::transfer::{self, Exported, TransferError};

use super::progress::Display;
use super::{Failure, Stores, summary};

const AFTER_HELP: &str = "\
Each document is two lines, as bulk requests of Elasticsearch and OpenSearch have them:

  {\"create\":{\"_index\":\".elastic-connectors-sync-jobs-v1\",\"_id\":\"…\"}}
  {\"status\":\"pending\", …}

Secrets are written as they are stored, encrypted: without their key nobody reads them. The file can be read by \
`tributary import` and, in pieces of some megabytes, be sent to _bulk of either engine. How many \
documents were written, and their digest, is told on standard error.

Examples:
  tributary export --from embedded:./data backup.ndjson
  tributary export --from embedded:./data | gzip > backup.ndjson.gz
  tributary export --from embedded:./data | tributary import --to embedded:./other";

/// What to export where.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// The store to read; no other process may have it open where it is a folder
    #[arg(long, value_name = "STORE")]
    from: String,
    /// The file to write, which must not exist yet; - is standard output
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// Exports, and says how much.
pub(super) async fn run(options: Options, stores: &Stores<'_>) -> Result<(), Failure> {
    let display = Display::new();
    let source = stores.source(&options.from, &display).await?;
    let shown = display.clone();
    let observer = move |progress| shown.show(progress);
    let exported = if options.file == Path::new("-") {
        transfer::export(&*source.store, &mut io::stdout(), &observer).await
    } else {
        let mut file = create(&options.file)?;
        let exported = transfer::export(&*source.store, &mut file, &observer).await;
        // A disk may say only now that it is full.
        exported.and_then(|exported| settle(&file).map(|()| exported).map_err(TransferError::Output))
    };
    display.clear();
    source.store.close().await?;
    let Exported { connectors, sync_jobs, secrets } = exported.map_err(|error| match error {
        error @ (TransferError::Source(_) | TransferError::Unreadable { .. }) => Failure::Reading(error),
        error => error.into(),
    })?;
    // Standard output may have the documents.
    let _ =
        io::stderr().write_all(summary::tallies(&source.url, [connectors, sync_jobs, secrets]).as_bytes());
    Ok(())
}

/// A new file, or what is no file and takes bytes all the same.
fn create(path: &Path) -> Result<File, Failure> {
    let name = path.display().to_string();
    let mut options = File::options();
    options.write(true);
    let opened = match path.metadata() {
        Ok(found) if found.is_file() => return Err(Failure::OutputExists(name)),
        Ok(_) => options.open(path),
        Err(_) => options.create_new(true).open(path),
    };
    opened.map_err(|source| Failure::File { name, source })
}

/// Waits until the disk has it; a pipe or a device has no disk.
fn settle(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
}
