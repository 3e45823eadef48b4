//! `tributary jobs cancel`, `tributary jobs delete` and `tributary jobs retry`.

use clap::Args;
use tributary_api::Endpoint;

use super::create::Created;
use crate::client::{
    Call, ClientFailure, EXIT_CODES, EndpointFlags, Flags, Service, ServiceOptions, endpoint, plain,
};
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

#[derive(Debug)]
struct RetryFlags;

impl Flags for RetryFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_retry");
}

/// The options of `tributary jobs retry`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RetryOptions {
    #[command(flatten)]
    parameters: EndpointFlags<RetryFlags>,
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
    let call = Call::of(endpoint("connector.sync_job_cancel"));
    change_each(&options.change, &call, |_, _| Ok("cancel requested".to_owned())).await
}

/// Deletes jobs.
pub(super) async fn delete(options: &DeleteOptions) -> Result<(), ClientFailure> {
    let call = Call::of(endpoint("connector.sync_job_delete"));
    change_each(&options.change, &call, |_, _| Ok("deleted".to_owned())).await
}

/// Creates jobs like those that have ended.
pub(super) async fn retry(options: &RetryOptions) -> Result<(), ClientFailure> {
    let call = Call::of(RetryFlags::ENDPOINT).given(&options.parameters);
    change_each(&options.change, &call, |service, answer| {
        let Created { id } = service.parse(answer)?;
        Ok(format!("retried as {}", plain(&id)))
    })
    .await
}

/// Changes one job after the other; those that cannot be changed do not stop the others. `done` says what was done,
/// from the answer.
async fn change_each(
    options: &ChangeOptions,
    call: &Call,
    done: impl Fn(&Service, &str) -> Result<String, ClientFailure>,
) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let mut failed: Vec<ClientFailure> = Vec::new();
    for id in &options.ids {
        let answer = service.text(&call.clone().id(id)).await;
        match answer.and_then(|answer| done(&service, &answer)) {
            // The changes matter more than whether anybody reads of them.
            Ok(done) => drop(streams::say(&format!("{}: {done}\n", plain(id)))),
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
