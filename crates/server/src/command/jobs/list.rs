//! `tributary jobs list`.

use clap::Args;
use tributary_api::Endpoint;
use tributary_domain::{Outline, date_values, number_values};

use crate::client::{
    Call, ClientFailure, Column, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Screen, Service,
    ServiceOptions, ago, duration, endpoint, words,
};
use crate::command::listing::{Layout, ListingOptions, list};

const EXAMPLES: &str = "\
The table is cut to the width of a terminal, and long ids are shortened. In a pipe or a file it is not cut, has no colors, and has times as they \
are stored.

Examples:
  tributary jobs list --status pending
  tributary jobs list --connector-id orders --order desc --size 10
  tributary jobs list --output ndjson | jq .id";

#[derive(Debug)]
struct ListFlags;

impl Flags for ListFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_list");
}

/// The options of `tributary jobs list`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct ListOptions {
    #[command(flatten)]
    parameters: EndpointFlags<ListFlags>,
    #[command(flatten)]
    listing: ListingOptions,
    #[command(flatten)]
    display: DisplayOptions,
    #[command(flatten)]
    service: ServiceOptions,
}

const LAYOUT: Layout = Layout {
    plural: "jobs",
    columns: &[
        Column::left("ID").shortened_to(12),
        Column::left("CONNECTOR").shortened_to(8),
        Column::left("TYPE").shortened_to(4),
        Column::left("STATUS"),
        Column::left("CREATED").kept(),
        Column::right("DURATION"),
        Column::right("DOCUMENTS"),
        Column::left("TRIGGER"),
        Column::left("ERROR"),
    ],
    fields: &[
        "connector.id",
        "job_type",
        "status",
        "created_at",
        "started_at",
        "completed_at",
        "indexed_document_count",
        "trigger_method",
        "error",
    ],
    cells,
};

/// Lists jobs.
pub(super) async fn run(options: &ListOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let call = Call::of(ListFlags::ENDPOINT).given(&options.parameters);
    list(&service, call, &LAYOUT, options.listing, Screen::new(options.display)).await
}

fn cells(job: &Outline<'_>, screen: Screen, now: i64) -> Vec<String> {
    let time = |name| date_values(job, name).first().copied();
    let created = match time("created_at") {
        Some(created) if screen.is_terminal() => ago(created, now),
        _ => words(job, "created_at"),
    };
    let lasted = time("started_at").map(|started| {
        let ended = time("completed_at").unwrap_or(now);
        duration(ended.saturating_sub(started))
    });
    let indexed = number_values(job, "indexed_document_count").first().copied();
    vec![
        words(job, "id"),
        words(job, "connector.id"),
        words(job, "job_type"),
        screen.status(&words(job, "status")),
        created,
        lasted.unwrap_or_default(),
        indexed.map_or_else(|| words(job, "indexed_document_count"), |count| count.to_string()),
        words(job, "trigger_method"),
        words(job, "error"),
    ]
}
