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

const DETAILS: &[Detail] = &[
    Detail::new("ID", "id", DetailKind::Text),
    Detail::new("Name", "name", DetailKind::Text),
    Detail::new("Description", "description", DetailKind::Lines),
    Detail::new("Service type", "service_type", DetailKind::Text),
    Detail::new("Index", "index_name", DetailKind::Text),
    Detail::new("Language", "language", DetailKind::Text),
    Detail::new("Native", "is_native", DetailKind::Text),
    Detail::new("Status", "status", DetailKind::Status),
    Detail::new("Error", "error", DetailKind::Lines),
    Detail::new("Deleted", "deleted", DetailKind::Text),
    Detail::new("Last seen", "last_seen", DetailKind::Time),
    Detail::new("Last synced", "last_synced", DetailKind::Time),
    Detail::new("Last sync", "last_sync_status", DetailKind::Status),
    Detail::new("Last sync error", "last_sync_error", DetailKind::Lines),
    Detail::new("Last indexed", "last_indexed_document_count", DetailKind::Number),
    Detail::new("Last deleted", "last_deleted_document_count", DetailKind::Number),
    Detail::new("Scheduling", "scheduling", DetailKind::Json),
    Detail::new("Pipeline", "pipeline", DetailKind::Json),
];

/// Shows a connector.
pub(super) async fn run(options: &ShowOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let call = Call::of(ShowFlags::ENDPOINT).id(&options.id).given(&options.parameters);
    show(&service.text(&call).await?, DETAILS, options.output, Screen::new(options.display))
}
