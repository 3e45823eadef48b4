//! Lists of documents of a running service: as a table, as the answer of the API, or a document a line.

use clap::{Args, ValueEnum};
use indicatif::HumanCount;
use jiff::Timestamp;
use tributary_domain::Outline;

use crate::client::{Call, ClientFailure, Column, Listing, Screen, Service, Table, plain};
use crate::setting_values::whole;
use crate::streams;

/// How many documents are asked for at a time, if there are to be many.
const PAGE: u64 = 1_000;

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

/// How a list is displayed, and how much of it.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ListingOptions {
    /// List all that match, however many; not as --output json, which is one answer of the API
    #[arg(long, conflicts_with_all = ["from", "size", "cursor", "limit"])]
    all: bool,
    /// How many to list at most, also beyond what one answer of the API holds
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["from", "size", "cursor"])]
    #[arg(value_parser = whole(1, u64::MAX), allow_negative_numbers = true)]
    limit: Option<u64>,
    /// The format of the output
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    output: ListFormat,
}

/// How the documents of a collection are listed.
pub(super) struct Layout {
    /// What they are called.
    pub(super) plural: &'static str,
    /// The columns.
    pub(super) columns: &'static [Column],
    /// The fields of which they are made, besides the id.
    pub(super) fields: &'static [&'static str],
    /// The cells of a document; the time is now in milliseconds since 1970.
    pub(super) cells: fn(document: &Outline<'_>, screen: Screen, now: i64) -> Vec<String>,
}

/// A list that is being written.
struct Lister<'l> {
    layout: &'l Layout,
    format: ListFormat,
    screen: Screen,
    table: Table<'l>,
    shown: u64,
}

/// Lists what the call answers.
pub(super) async fn list(
    service: &Service,
    call: Call,
    layout: &Layout,
    options: ListingOptions,
    screen: Screen,
) -> Result<(), ClientFailure> {
    let ListingOptions { all, limit, output: format } = options;
    let is_walk = all || limit.is_some();
    if format == ListFormat::Json {
        if is_walk {
            let reason = "--all and --limit may take many answers of the API: use --output ndjson".to_owned();
            return Err(ClientFailure::Usage(reason));
        }
        return screen.print_json(&service.text(&call).await?);
    }
    let table = Table::new(layout.columns, screen);
    let mut lister = Lister { layout, format, screen, table, shown: 0 };
    let mut next = None;
    let count = if is_walk {
        lister.walk(service, call, limit.unwrap_or(u64::MAX)).await?
    } else {
        let page: Listing = service.json(&call).await?;
        let count = lister.page(&page)?;
        next = page.next;
        count
    };
    if format == ListFormat::Table || (lister.shown < count && limit.is_none()) {
        // What is listed may go into a pipe.
        let (shown, count) = (HumanCount(lister.shown), HumanCount(count));
        streams::tell(&format!("{shown} of {count} {}\n", layout.plural));
    }
    if let Some(next) = next {
        streams::tell(&format!("--cursor {} is the next page\n", plain(&next)));
    }
    Ok(())
}

impl Lister<'_> {
    /// Lists page after page, and returns how many match.
    async fn walk(&mut self, service: &Service, call: Call, limit: u64) -> Result<u64, ClientFailure> {
        // Other fields of a million documents would be sent in vain.
        let fields = (self.format == ListFormat::Table).then(|| ("_source", self.layout.fields.join(",")));
        let call = call.query(fields);
        let mut cursor = String::new();
        loop {
            let size = PAGE.min(limit - self.shown).to_string();
            let page: Listing =
                service.json(&call.clone().query([("cursor", cursor), ("size", size)])).await?;
            let count = self.page(&page)?;
            match page.next {
                Some(next) if self.shown < limit && !page.results.is_empty() => cursor = next,
                _ => return Ok(count),
            }
        }
    }

    /// Writes the documents of a page, and returns how many match.
    fn page(&mut self, page: &Listing) -> Result<u64, ClientFailure> {
        let documents = page.results.iter().map(|document| document.get());
        if self.format == ListFormat::Ndjson {
            let lines: Vec<_> = documents.map(|document| format!("{}\n", one_line(document))).collect();
            self.screen.print_json(&lines.concat())?;
        } else if !page.results.is_empty() {
            let now = Timestamp::now().as_millisecond();
            let rows: Vec<_> = documents.map(|document| self.row(document, now)).collect();
            self.screen.print(&self.table.rows(&rows))?;
        }
        self.shown += page.results.len() as u64;
        Ok(page.count)
    }

    fn row(&self, document: &str, now: i64) -> Vec<String> {
        let names = self.layout.fields.iter().filter_map(|path| path.split('.').next());
        let names: Vec<_> = ["id"].into_iter().chain(names).collect();
        let outline = Outline::read(document, &names).unwrap_or_default();
        let cells = (self.layout.cells)(&outline, self.screen, now).into_iter();
        cells.map(|cell| if cell.is_empty() { "-".to_owned() } else { cell }).collect()
    }
}

/// JSON with the line breaks between its tokens as blanks.
pub(super) fn one_line(document: &str) -> String {
    document.replace(['\n', '\r'], " ")
}
