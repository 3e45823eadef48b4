//! `tributary import`: from JSON lines, or a search response, into a store.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tributary_storage::Collection;
use tributary_storage::transfer::{self, Imported, TransferError};

use super::existing::Existing;
use super::progress::Display;
use super::summary::{self, grouped};
use super::{Failure, Stores};
use crate::setting_values::not_empty;
use crate::streams;

const AFTER_HELP: &str = "\
The input is recognised by its content:
  what `tributary export` writes, and bulk bodies with index or create actions
  hits, one per line: {\"_index\": …, \"_id\": …, \"_source\": { … }}
  responses of GET index/_search, one or several, pretty-printed or not
  documents with an id, and answers of GET /_connector and GET /_connector/_sync_job; these need --collection

Invalid input is skipped and reported with its line and the reason, and the exit code is not 0. The same applies \
to a document that the target already has with other content: it is not overwritten.

Examples:
  tributary import --to embedded:./data backup.ndjson
  gunzip -c backup.ndjson.gz | tributary import --to embedded:./data
  curl 'http://localhost:9200/.elastic-connectors-v1/_search?size=1000' | tributary import --to embedded:./data
  curl 'http://localhost:9200/_connector?size=1000' | tributary import --to embedded:./data --collection connectors";

/// The options of `tributary import`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ImportOptions {
    /// The store to write, which must be empty unless --merge or --resume is given
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    to: String,
    /// The file to read; - is standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The kind of documents that do not tell their index, or come from another index
    #[arg(long, value_name = "COLLECTION")]
    collection: Option<Kind>,
    #[command(flatten)]
    existing: Existing,
}

/// The kinds of documents.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Connectors
    Connectors,
    /// Sync jobs
    SyncJobs,
}

impl From<Kind> for Collection {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Connectors => Self::CONNECTORS,
            Kind::SyncJobs => Self::SYNC_JOBS,
        }
    }
}

/// Imports, compares, and prints the summary.
pub(super) async fn run(options: ImportOptions, stores: &Stores<'_>) -> Result<(), Failure> {
    let (name, input) = open(&options.file)?;
    let display = Display::new();
    let target = stores.target(&options.to, &display).await?;
    let shown = display.clone();
    let observer = move |progress| shown.show(progress);
    let collection = options.collection.map(Collection::from);
    let imported =
        transfer::import(input, collection, &*target.store, options.existing.into(), &observer).await;
    display.clear();
    target.store.close().await?;
    let imported = imported.map_err(|error| match error {
        // A directory can be opened like a file, and fails only when read.
        TransferError::Input(error) if error.kind() == io::ErrorKind::IsADirectory => {
            Failure::File { name: name.clone(), source: error }
        }
        error => error.into(),
    })?;
    let text = notes(&imported) + &summary::report(&imported.report, &name, &target.url);
    summary::conclude(text, imported.verdict())
}

fn open(path: &Path) -> Result<(String, Box<dyn Read + Send>), Failure> {
    if path == Path::new("-") {
        let input = streams::input().map_err(Failure::NoInput)?;
        return Ok(("standard input".to_owned(), Box::new(input)));
    }
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => Ok((name, Box::new(file))),
        Err(source) => Err(Failure::File { name, source }),
    }
}

/// Notes on the input for the summary.
fn notes(imported: &Imported) -> String {
    let mut text = String::new();
    for complaint in &imported.complaints {
        let _ = writeln!(text, "not understood: line {}: {}", complaint.line, complaint.reason);
    }
    let unnamed = imported.misunderstood.saturating_sub(imported.complaints.len() as u64);
    if unnamed > 0 {
        let _ = writeln!(text, "not understood: {} more", grouped(unnamed));
    }
    if imported.repeated > 0 {
        let _ = writeln!(text, "note: {} documents of the input are repetitions", grouped(imported.repeated));
    }
    if let Some((contained, matching)) = imported.only_part {
        let _ = writeln!(
            text,
            "note: the answer in the input has {} documents of {} that match; ask for more with size, or page by page",
            grouped(contained),
            grouped(matching)
        );
    }
    let is_empty = imported.report.parts.iter().all(|part| part.read.count == 0);
    if is_empty && imported.misunderstood == 0 {
        text.push_str("note: there is no document in the input\n");
    }
    text
}
