//! Lists of documents of a running service: as a table, as the answer of the API, or a document a line.

use clap::ValueEnum;
use indicatif::HumanCount;
use jiff::Timestamp;

use crate::client::{Call, ClientFailure, Column, Listing, Screen, Service, Table};
use crate::streams;

/// The format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A line for each, with the most important fields; in a pipe not cut, with times as they are stored
    Table,
    /// The answer of the API
    Json,
    /// Each document on a line, complete
    Ndjson,
}

/// How the documents of a collection are listed.
pub(super) struct Layout {
    /// What they are called.
    pub(super) plural: &'static str,
    /// The columns.
    pub(super) columns: &'static [Column],
    /// The cells of a document; the time is now in milliseconds since 1970.
    pub(super) cells: fn(document: &str, screen: Screen, now: i64) -> Vec<String>,
}

/// Lists what the call answers.
pub(super) async fn list(
    service: &Service,
    call: &Call,
    layout: &Layout,
    format: ListFormat,
    screen: Screen,
) -> Result<(), ClientFailure> {
    if format == ListFormat::Json {
        return screen.print_json(&service.text(call).await?);
    }
    let page: Listing = service.json(call).await?;
    let documents = page.results.iter().map(|document| document.get());
    if format == ListFormat::Ndjson {
        let lines: Vec<_> = documents.map(|document| format!("{document}\n")).collect();
        screen.print_json(&lines.concat())?;
    } else {
        let now = Timestamp::now().as_millisecond();
        let rows: Vec<_> = documents.map(|document| (layout.cells)(document, screen, now)).collect();
        if !rows.is_empty() {
            screen.print(&Table::new(layout.columns, screen).rows(&rows))?;
        }
    }
    let (shown, all) = (page.results.len() as u64, page.count);
    if format == ListFormat::Table || shown < all {
        // What is listed may go into a pipe.
        streams::tell(&format!("{} of {} {}\n", HumanCount(shown), HumanCount(all), layout.plural));
    }
    Ok(())
}

/// The cell, or a dash if it is empty.
pub(super) fn or_dash(cell: String) -> String {
    if cell.is_empty() { "-".to_owned() } else { cell }
}
