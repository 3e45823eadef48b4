//! `tributary connectors show`.

use clap::Args;
use tributary_api::Endpoint;

use crate::client::{
    Call, ClientFailure, Detail, DetailKind, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Screen,
    Service, ServiceOptions, endpoint,
};
use crate::command::showing::{ShowFormat, show};
use crate::setting_values::not_empty;

#[derive(Debug)]
struct ShowFlags;

impl Flags for ShowFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.get");
}

/// The options of `tributary connectors show`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ShowOptions {
    /// The id of the connector
    #[arg(value_parser = not_empty)]
    id: String,
    #[command(flatten)]
    parameters: EndpointFlags<ShowFlags>,
    /// The format of the output
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    output: ShowFormat,
    #[command(flatten)]
    display: DisplayOptions,
    #[command(flatten)]
    service: ServiceOptions,
}

const fn detail(label: &'static str, path: &'static str, kind: DetailKind) -> Detail {
    Detail { label, path, kind }
}

const DETAILS: &[Detail] = &[
    detail("ID", "id", DetailKind::Text),
    detail("Name", "name", DetailKind::Text),
    detail("Description", "description", DetailKind::Lines),
    detail("Service type", "service_type", DetailKind::Text),
    detail("Index", "index_name", DetailKind::Text),
    detail("Language", "language", DetailKind::Text),
    detail("Native", "is_native", DetailKind::Text),
    detail("Status", "status", DetailKind::Status),
    detail("Error", "error", DetailKind::Lines),
    detail("Deleted", "deleted", DetailKind::Text),
    detail("Last seen", "last_seen", DetailKind::Time),
    detail("Last synced", "last_synced", DetailKind::Time),
    detail("Last sync", "last_sync_status", DetailKind::Status),
    detail("Last sync error", "last_sync_error", DetailKind::Lines),
    detail("Last indexed", "last_indexed_document_count", DetailKind::Number),
    detail("Last deleted", "last_deleted_document_count", DetailKind::Number),
    detail("Scheduling", "scheduling", DetailKind::Json),
    detail("Pipeline", "pipeline", DetailKind::Json),
];

/// Shows a connector.
pub(super) async fn run(options: &ShowOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let call = Call::of(ShowFlags::ENDPOINT).id(&options.id).given(&options.parameters);
    show(&service.text(&call).await?, DETAILS, options.output, Screen::new(options.display))
}
