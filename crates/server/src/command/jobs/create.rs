//! `tributary jobs create`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::{Deserialize, Serialize};
use tributary_api::Endpoint;
use tributary_domain::{Enumeration as _, SyncJobType, TriggerMethod};

use super::wait::{self, WaitOptions};
use crate::client::{
    Call, ClientFailure, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Recovery, Screen, Service,
    ServiceOptions, WAIT_EXIT_CODES, endpoint, plain,
};
use crate::command::showing::ShowFormat;
use crate::setting_values::not_empty;

const EXAMPLES: &str = "\
The id of the new job is written to standard output, before the end of the job is waited for.

Examples:
  tributary jobs create orders
  tributary jobs create orders --type incremental --wait --timeout 600
  tributary jobs create orders --if-pending return --idempotency-key nightly-2026-01-02";

#[derive(Debug)]
struct CreateFlags;

impl Flags for CreateFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_post");
}

/// The options of `tributary jobs create`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}{WAIT_EXIT_CODES}"))]
pub(crate) struct CreateOptions {
    /// The id of the connector
    #[arg(value_parser = not_empty)]
    connector: String,
    /// What the job reads from its source
    #[arg(long = "type", value_name = "TYPE", ignore_case = true, default_value = "full")]
    #[arg(value_parser = PossibleValuesParser::new(SyncJobType::WORDS))]
    job_type: String,
    /// Why the job is created
    #[arg(long, value_name = "METHOD", ignore_case = true, default_value = "on_demand")]
    #[arg(value_parser = PossibleValuesParser::new(TriggerMethod::WORDS))]
    trigger_method: String,
    #[command(flatten)]
    parameters: EndpointFlags<CreateFlags>,
    #[command(flatten)]
    wait: WaitOptions,
    /// The format of the output: the id, or the answer of the API
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    output: ShowFormat,
    #[command(flatten)]
    display: DisplayOptions,
    #[command(flatten)]
    service: ServiceOptions,
}

/// The body of the call.
#[derive(Debug, Serialize)]
struct NewJob<'a> {
    id: &'a str,
    job_type: &'a str,
    trigger_method: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) id: String,
}

/// Creates a job.
pub(super) async fn run(options: &CreateOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let screen = Screen::new(options.display);
    let CreateOptions { connector, job_type, trigger_method, .. } = options;
    let call = Call::of(CreateFlags::ENDPOINT).given(&options.parameters).body(&NewJob {
        id: connector,
        job_type,
        trigger_method,
    });
    let answer = service.text(&call).await?;
    let Created { id } = service.parse(&answer)?;
    if !options.output.print_json(&answer, screen)? {
        screen.print(&format!("{}\n", plain(&id)))?;
    }
    let mut recovery = Recovery::new(service.address());
    recovery.answered();
    wait::for_end(&service, &id, options.wait, &mut recovery).await
}
