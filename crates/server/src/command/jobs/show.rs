//! `tributary jobs show`.

use clap::Args;
use tributary_api::Endpoint;

use super::wait::{self, WaitOptions};
use crate::client::{
    Call, ClientFailure, Detail, DetailKind, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Recovery,
    Screen, Service, ServiceOptions, WAIT_EXIT_CODES, endpoint,
};
use crate::command::showing::{ShowFormat, show};
use crate::setting_values::not_empty;

#[derive(Debug)]
struct ShowFlags;

impl Flags for ShowFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_get");
    const SET_BY_COMMAND: &'static [&'static str] = &["wait_for_completion", "timeout"];
}

/// The options of `tributary jobs show`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXIT_CODES}{WAIT_EXIT_CODES}"))]
pub(crate) struct ShowOptions {
    /// The id of the job
    #[arg(value_parser = not_empty)]
    id: String,
    #[command(flatten)]
    parameters: EndpointFlags<ShowFlags>,
    #[command(flatten)]
    wait: WaitOptions,
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
    Detail::new("Connector", "connector.id", DetailKind::Text),
    Detail::new("Service type", "connector.service_type", DetailKind::Text),
    Detail::new("Index", "connector.index_name", DetailKind::Text),
    Detail::new("Type", "job_type", DetailKind::Text),
    Detail::new("Trigger", "trigger_method", DetailKind::Text),
    Detail::new("Status", "status", DetailKind::Status),
    Detail::new("Error", "error", DetailKind::Lines),
    Detail::new("Worker", "worker_hostname", DetailKind::Text),
    Detail::new("Created", "created_at", DetailKind::Time),
    Detail::new("Started", "started_at", DetailKind::Time),
    Detail::new("Last seen", "last_seen", DetailKind::Time),
    Detail::new("Cancel requested", "cancelation_requested_at", DetailKind::Time),
    Detail::new("Canceled", "canceled_at", DetailKind::Time),
    Detail::new("Completed", "completed_at", DetailKind::Time),
    Detail::new("Indexed", "indexed_document_count", DetailKind::Number),
    Detail::new("Deleted", "deleted_document_count", DetailKind::Number),
    Detail::new("Total", "total_document_count", DetailKind::Number),
    Detail::new("Volume in MiB", "indexed_document_volume", DetailKind::Number),
    Detail::new("Metadata", "metadata", DetailKind::Json),
];

/// Shows a job.
pub(super) async fn run(options: &ShowOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let mut recovery = Recovery::new(service.address());
    let end = wait::for_end(&service, &options.id, options.wait, &mut recovery).await;
    if end.as_ref().is_err_and(|failure| !failure.is_end_of_job()) {
        return end;
    }
    let call = Call::of(ShowFlags::ENDPOINT).id(&options.id).given(&options.parameters);
    show(&service.text(&call).await?, DETAILS, options.output, Screen::new(options.display))?;
    end
}
