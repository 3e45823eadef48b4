//! `tributary connectors list`.

use clap::Args;
use tributary_api::Endpoint;
use tributary_domain::{Outline, date_values};

use crate::client::{
    Call, ClientFailure, Column, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Screen, Service,
    ServiceOptions, ago, endpoint, words,
};
use crate::command::listing::{Layout, ListingOptions, list};

const EXAMPLES: &str = "\
Examples:
  tributary connectors list --service-type postgresql,s3
  tributary connectors list --query orders --output json";

#[derive(Debug)]
struct ListFlags;

impl Flags for ListFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.list");
}

/// The options of `tributary connectors list`.
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
    plural: "connectors",
    columns: &[
        Column::left("ID").shortened_to(12),
        Column::left("INDEX").shortened_to(10),
        Column::left("SERVICE TYPE").shortened_to(10),
        Column::left("STATUS"),
        Column::left("LAST SEEN").kept(),
        Column::left("LAST SYNC"),
        Column::left("NAME"),
        Column::left("ERROR"),
    ],
    fields: &["index_name", "service_type", "status", "last_seen", "last_sync_status", "name", "error"],
    cells,
};

/// Lists connectors.
pub(super) async fn run(options: &ListOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let call = Call::of(ListFlags::ENDPOINT).given(&options.parameters);
    list(&service, call, &LAYOUT, options.listing, Screen::new(options.display)).await
}

fn cells(connector: &Outline<'_>, screen: Screen, now: i64) -> Vec<String> {
    let last_seen = match date_values(connector, "last_seen").first() {
        Some(seen) if screen.is_terminal() => ago(*seen, now),
        _ => words(connector, "last_seen"),
    };
    vec![
        words(connector, "id"),
        words(connector, "index_name"),
        words(connector, "service_type"),
        screen.status(&words(connector, "status")),
        last_seen,
        screen.status(&words(connector, "last_sync_status")),
        words(connector, "name"),
        words(connector, "error"),
    ]
}
