//! `tributary jobs cancel` and `tributary jobs delete`.

use clap::Args;
use tributary_api::Endpoint;

use crate::client::{Call, ClientFailure, EXIT_CODES, Service, ServiceOptions, endpoint, plain};
use crate::setting_values::not_empty;
use crate::streams;

/// The options of `tributary jobs cancel`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct CancelOptions {
    #[command(flatten)]
    change: ChangeOptions,
}

/// The options of `tributary jobs delete`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct DeleteOptions {
    #[command(flatten)]
    change: ChangeOptions,
}

/// Which jobs are changed.
#[derive(Debug, Args)]
struct ChangeOptions {
    /// The ids of the jobs
    #[arg(value_name = "ID", required = true, value_parser = not_empty)]
    ids: Vec<String>,
    #[command(flatten)]
    service: ServiceOptions,
}

/// Cancels jobs.
pub(super) async fn cancel(options: &CancelOptions) -> Result<(), ClientFailure> {
    change_each(&options.change, endpoint("connector.sync_job_cancel"), "cancel requested").await
}

/// Deletes jobs.
pub(super) async fn delete(options: &DeleteOptions) -> Result<(), ClientFailure> {
    change_each(&options.change, endpoint("connector.sync_job_delete"), "deleted").await
}

/// Changes one job after the other; those that cannot be changed do not stop the others.
async fn change_each(
    options: &ChangeOptions,
    endpoint: &'static Endpoint,
    done: &str,
) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let mut failed: Vec<ClientFailure> = Vec::new();
    for id in &options.ids {
        match service.text(&Call::of(endpoint).id(id)).await {
            // The changes matter more than whether anybody reads of them.
            Ok(_) => drop(streams::say(&format!("{}: {done}\n", plain(id)))),
            Err(failure) if options.ids.len() == 1 || failure.concerns_all() => return Err(failure),
            Err(failure) => {
                streams::tell(&format!("tributary: {failure}\n"));
                failed.push(failure);
            }
        }
    }
    match failed.first() {
        None => Ok(()),
        Some(first) => {
            let exit_code = first.exit_code();
            Err(ClientFailure::Several { failed: failed.len(), all: options.ids.len(), exit_code })
        }
    }
}
