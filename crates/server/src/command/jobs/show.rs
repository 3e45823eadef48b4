//! `tributary jobs show`.

use clap::Args;

use crate::client::{
    Call, ClientFailure, Detail, DetailKind, DisplayOptions, EXIT_CODES, Screen, Service, ServiceOptions,
    endpoint,
};
use crate::command::showing::{ShowFormat, show};
use crate::setting_values::not_empty;

/// The options of `tributary jobs show`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ShowOptions {
    /// The id of the job
    #[arg(value_parser = not_empty)]
    id: String,
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
    detail("Connector", "connector.id", DetailKind::Text),
    detail("Service type", "connector.service_type", DetailKind::Text),
    detail("Index", "connector.index_name", DetailKind::Text),
    detail("Type", "job_type", DetailKind::Text),
    detail("Trigger", "trigger_method", DetailKind::Text),
    detail("Status", "status", DetailKind::Status),
    detail("Error", "error", DetailKind::Lines),
    detail("Worker", "worker_hostname", DetailKind::Text),
    detail("Created", "created_at", DetailKind::Time),
    detail("Started", "started_at", DetailKind::Time),
    detail("Last seen", "last_seen", DetailKind::Time),
    detail("Cancel requested", "cancelation_requested_at", DetailKind::Time),
    detail("Canceled", "canceled_at", DetailKind::Time),
    detail("Completed", "completed_at", DetailKind::Time),
    detail("Indexed", "indexed_document_count", DetailKind::Number),
    detail("Deleted", "deleted_document_count", DetailKind::Number),
    detail("Total", "total_document_count", DetailKind::Number),
    detail("Volume in MiB", "indexed_document_volume", DetailKind::Number),
    detail("Metadata", "metadata", DetailKind::Json),
];

/// Shows a job.
pub(super) async fn run(options: &ShowOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let call = Call::of(endpoint("connector.sync_job_get")).id(&options.id);
    show(&service.text(&call).await?, DETAILS, options.output, Screen::new(options.display))
}
