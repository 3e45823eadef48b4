//! `tributary jobs watch`.

use std::future;
use std::time::Duration;

use clap::{Args, ValueEnum};
use console::Style;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;
use tributary_api::Endpoint;
use tributary_domain::Outline;

use crate::client::{
    Call, ClientFailure, Column, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Screen, ServerEvent,
    Service, ServiceOptions, Subscription, Table, endpoint, plain, words,
};
use crate::command::listing::one_line;
use crate::setting_values::whole;
use crate::signals::Signals;
use crate::streams;

const EXAMPLES: &str = "\
A job is shown after each change, if it matches the filters then, and one that is deleted if it matched them last. What \
has happened to the connection is written to standard error.

Examples:
  tributary jobs watch --connector-id orders
  tributary jobs watch --status error --output ndjson | jq --unbuffered .error
  tributary jobs watch --status completed --limit 1 --timeout 600";

const WATCH_EXIT_CODES: &str = "
  8  with --limit: fewer changes have come within --timeout, or before a signal";

#[derive(Debug)]
struct WatchFlags;

impl Flags for WatchFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_watch");
    // The position is given in a header.
    const SET_BY_COMMAND: &'static [&'static str] = &["last_event_id", "timeout"];
}

/// The format of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChangeFormat {
    /// A line for each change, with the most important fields
    Text,
    /// The job after each change on a line, complete; {"id":...,"deleted":true} for one that was deleted
    Ndjson,
}

/// The options of `tributary jobs watch`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}{WATCH_EXIT_CODES}"))]
pub(crate) struct WatchOptions {
    #[command(flatten)]
    parameters: EndpointFlags<WatchFlags>,
    /// How many changes to show; without it, all until Ctrl-C
    #[arg(long, value_name = "NUMBER", value_parser = whole(1, u64::MAX), allow_negative_numbers = true)]
    limit: Option<u64>,
    /// How long to watch, in seconds; without it, until Ctrl-C
    #[arg(long, value_name = "SECONDS", value_parser = whole(0, 31_536_000), allow_negative_numbers = true)]
    timeout: Option<u64>,
    /// The format of the output
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    output: ChangeFormat,
    #[command(flatten)]
    display: DisplayOptions,
    #[command(flatten)]
    service: ServiceOptions,
}

const COLUMNS: &[Column] = &[
    Column::left("TIME"),
    Column::left("ID").shortened_to(12),
    Column::left("CONNECTOR").shortened_to(8),
    Column::left("TYPE").shortened_to(4),
    Column::left("STATUS").kept(),
    Column::right("DOCUMENTS"),
    Column::left("ERROR"),
];
/// Those of what is usual, so that lines that are written one by one stand below each other.
const WIDTHS: &[usize] = &[0, 36, 0, 11, 11, 0, 0];
const FIELDS: &[&str] = &["id", "connector", "job_type", "status", "indexed_document_count", "error"];

#[derive(Debug, Deserialize)]
struct DeletedJob {
    id: String,
}

/// Shows changes as they come.
struct Watcher {
    format: ChangeFormat,
    screen: Screen,
    table: Table<'static>,
}

/// Shows changes until a signal, or until there are enough of them or the time is over.
pub(super) async fn run(options: &WatchOptions) -> Result<(), ClientFailure> {
    let mut signals = Signals::listen().map_err(ClientFailure::Signals)?;
    let service = Service::new(&options.service)?;
    tokio::select! {
        ended = watch(options, &service) => ended,
        signal = signals.next() => ended_early(options.limit, || format!("before {signal}")),
        () = streams::reader_gone() => Err(ClientFailure::ReaderGone),
        seconds = time_over(options.timeout) => {
            ended_early(options.limit, || format!("within {seconds} seconds"))
        }
    }
}

/// The end before the limit, if there is one.
fn ended_early(limit: Option<u64>, until: impl FnOnce() -> String) -> Result<(), ClientFailure> {
    match limit {
        Some(limit) => Err(ClientFailure::FewChanges { limit, until: until() }),
        None => Ok(()),
    }
}

async fn time_over(timeout: Option<u64>) -> u64 {
    let Some(seconds) = timeout else { return future::pending().await };
    sleep(Duration::from_secs(seconds)).await;
    seconds
}

async fn watch(options: &WatchOptions, service: &Service) -> Result<(), ClientFailure> {
    let call = Call::of(WatchFlags::ENDPOINT).given(&options.parameters);
    let mut subscription = Subscription::open(service, call).await?;
    streams::tell(&format!("watching the jobs of {}\n", service.address()));
    let screen = Screen::new(options.display);
    let table = Table::new(COLUMNS, screen).at_least(WIDTHS);
    let mut watcher = Watcher { format: options.output, screen, table };
    let mut shown = 0;
    while options.limit.is_none_or(|limit| shown < limit) {
        shown += u64::from(watcher.show(service, &subscription.next().await?)?);
    }
    Ok(())
}

impl Watcher {
    /// Shows what an event says, and returns whether it is a change.
    fn show(&mut self, service: &Service, event: &ServerEvent) -> Result<bool, ClientFailure> {
        match event.name.as_str() {
            "changed" if self.format == ChangeFormat::Ndjson => {
                self.screen.print_json(&one_line(&event.data))?;
            }
            "changed" => self.line(changed(&event.data, self.screen))?,
            "deleted" => {
                let DeletedJob { id } = service.parse(&event.data)?;
                if self.format == ChangeFormat::Ndjson {
                    self.screen.print_json(&json!({ "id": id, "deleted": true }).to_string())?;
                } else {
                    self.line(deleted(&id, self.screen))?;
                }
            }
            "gap" => {
                streams::tell(
                    "tributary: changes may be missing here; [tributary jobs list] shows how jobs are now\n",
                );
                return Ok(false);
            }
            "error" => {
                let reason = ClientFailure::reason(&event.data);
                streams::tell(&format!("tributary: {}: {reason}\n", service.address()));
                return Ok(false);
            }
            // The position, which the subscription keeps, and the end, after which it connects again.
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn line(&mut self, cells: [String; 6]) -> Result<(), ClientFailure> {
        let time = if self.screen.is_terminal() { "%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S.%3fZ" };
        let time = Timestamp::now().strftime(time).to_string();
        let cells = [time].into_iter().chain(cells);
        let cells = cells.map(|cell| if cell.is_empty() { "-".to_owned() } else { cell }).collect();
        self.screen.print(&self.table.rows(&[cells]))
    }
}

fn changed(document: &str, screen: Screen) -> [String; 6] {
    let job = Outline::read(document, FIELDS).unwrap_or_default();
    let status = screen.status(&words(&job, "status"));
    let [id, connector, job_type, documents, error] =
        ["id", "connector.id", "job_type", "indexed_document_count", "error"].map(|path| words(&job, path));
    [id, connector, job_type, status, documents, error]
}

fn deleted(id: &str, screen: Screen) -> [String; 6] {
    let status = screen.styled(&Style::new().dim(), "deleted");
    [plain(id), String::new(), String::new(), status, String::new(), String::new()]
}
