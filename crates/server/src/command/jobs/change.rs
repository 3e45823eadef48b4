//! `tributary jobs cancel`, `tributary jobs delete` and `tributary jobs retry`.

use clap::Args;
use tributary_api::Endpoint;

use super::by_query::{QueryOptions, Verb};
use super::create::Created;
use crate::client::{
    Call, ClientFailure, EXIT_CODES, EndpointFlags, Flags, Screen, Service, ServiceOptions, endpoint, plain,
};
use crate::command::showing::ShowFormat;
use crate::setting_values::not_empty;
use crate::streams;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const SELECTION: &str = "\
Jobs are named by their ids, or selected by filters, or all of them by --all. By filters, the number of jobs is \
determined first and has to be confirmed, which bounds how many are changed; --yes changes them without a question.";

#[derive(Debug)]
struct CancelByQuery;

impl Flags for CancelByQuery {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_cancel_by_query");
    const SET_BY_COMMAND: &'static [&'static str] = &["dry_run"];
}

/// The options of `tributary jobs cancel`.
#[derive(Debug, Args)]
#[command(after_help = format!("{SELECTION}\n\n{EXIT_CODES}"))]
pub(crate) struct CancelOptions {
    #[command(flatten)]
    query: QueryOptions<CancelByQuery>,
    #[command(flatten)]
    change: ChangeOptions,
}

#[derive(Debug)]
struct DeleteByQuery;

impl Flags for DeleteByQuery {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_delete_by_query");
    const SET_BY_COMMAND: &'static [&'static str] = &["dry_run"];
}

/// The options of `tributary jobs delete`.
#[derive(Debug, Args)]
#[command(after_help = format!("{SELECTION}\n\n{EXIT_CODES}"))]
pub(crate) struct DeleteOptions {
    #[command(flatten)]
    query: QueryOptions<DeleteByQuery>,
    #[command(flatten)]
    change: ChangeOptions,
}

#[derive(Debug)]
struct RetryFlags;

impl Flags for RetryFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_retry");
}

#[derive(Debug)]
struct RetryByQuery;

impl Flags for RetryByQuery {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_retry_by_query");
    const SET_BY_COMMAND: &'static [&'static str] = &["dry_run"];
}

/// The options of `tributary jobs retry`.
#[derive(Debug, Args)]
#[command(after_help = format!("{SELECTION}\n\n{EXIT_CODES}"))]
pub(crate) struct RetryOptions {
    #[command(flatten)]
    query: QueryOptions<RetryByQuery>,
    #[command(flatten)]
    parameters: EndpointFlags<RetryFlags>,
    #[command(flatten)]
    change: ChangeOptions,
}

/// Which jobs are changed.
#[derive(Debug, Args)]
struct ChangeOptions {
    /// The ids of the jobs, unless they are selected by filters
    #[arg(value_name = "ID", value_parser = not_empty)]
    ids: Vec<String>,
    /// The format of the output: what was done in words, or the answers of the API
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    output: ShowFormat,
    #[command(flatten)]
    service: ServiceOptions,
}

/// Cancels jobs.
pub(super) async fn cancel(options: &CancelOptions) -> Result<(), ClientFailure> {
    let call = Call::of(endpoint("connector.sync_job_cancel"));
    let verb = Verb { present: "cancel", past: "canceled" };
    change(&options.change, &options.query, verb, &call, |_, _| Ok("cancel requested".to_owned())).await
}

/// Deletes jobs.
pub(super) async fn delete(options: &DeleteOptions) -> Result<(), ClientFailure> {
    let call = Call::of(endpoint("connector.sync_job_delete"));
    let verb = Verb { present: "delete", past: "deleted" };
    change(&options.change, &options.query, verb, &call, |_, _| Ok("deleted".to_owned())).await
}

/// Creates jobs like those that have ended.
pub(super) async fn retry(options: &RetryOptions) -> Result<(), ClientFailure> {
    let call = Call::of(RetryFlags::ENDPOINT).given(&options.parameters);
    if options.query.is_given() && !options.parameters.is_empty() {
        let reason = "--if-pending and --idempotency-key are for jobs that are named by their ids".to_owned();
        return Err(ClientFailure::Usage(reason));
    }
    let verb = Verb { present: "retry", past: "retried" };
    change(&options.change, &options.query, verb, &call, |service, answer| {
        let Created { id } = service.parse(answer)?;
        Ok(format!("retried as {}", plain(&id)))
    })
    .await
}

/// Changes the jobs with the given ids one after the other, of which those that cannot be changed do not stop the
/// others; or all that match the query. `done` says what was done to one, from the answer.
async fn change<F: Flags>(
    options: &ChangeOptions,
    query: &QueryOptions<F>,
    verb: Verb,
    call: &Call,
    done: impl Fn(&Service, &str) -> Result<String, ClientFailure>,
) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    match (options.ids.is_empty(), query.is_given()) {
        (true, true) => return query.change(&service, verb, options.output).await,
        (false, false) => {}
        (is_without_ids, _) => {
            let problem = if is_without_ids { "no jobs are named" } else { "ids and filters are given" };
            let reason = format!("{problem}: give ids, or filters such as --status, or --all");
            return Err(ClientFailure::Usage(reason));
        }
    }
    if options.ids.len() > 1 && call.has_header(IDEMPOTENCY_KEY) {
        let reason = format!("one --{} cannot be for several jobs", IDEMPOTENCY_KEY.to_lowercase());
        return Err(ClientFailure::Usage(reason));
    }
    let mut failed: Vec<ClientFailure> = Vec::new();
    for id in &options.ids {
        let answer = service.text(&call.clone().id(id)).await;
        match answer.and_then(|answer| Ok((done(&service, &answer)?, answer))) {
            // The changes matter more than whether anybody reads of them.
            Ok((done, answer)) => {
                if let Ok(false) = options.output.print_json(&answer, Screen::without_colors()) {
                    drop(streams::say(&format!("{}: {done}\n", plain(id))));
                }
            }
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
