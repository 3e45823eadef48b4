//! Changes of all jobs that match filters: tried first, and confirmed.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::time::Duration;

use clap::Args;
use indicatif::HumanCount;
use serde::Deserialize;

use crate::client::{Call, ClientFailure, EndpointFlags, Flags, Screen, Service, plain};
use crate::command::showing::ShowFormat;
use crate::streams;

/// The parameter with the most jobs to handle.
const MAX_DOCS: &str = "max_docs";
/// The longest time that a change of many jobs may take.
const LONGEST: Duration = Duration::from_hours(24);

/// The jobs that match, and how their change is confirmed.
#[derive(Debug, Args)]
pub(super) struct QueryOptions<F: Flags> {
    #[command(flatten)]
    parameters: EndpointFlags<F>,
    /// Only count the jobs that match the filters, and change nothing
    #[arg(long, conflicts_with = "ids")]
    dry_run: bool,
    /// Do not ask before the jobs that match the filters are changed
    #[arg(long, short)]
    yes: bool,
}

/// What such a change is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    pub(super) present: &'static str,
    pub(super) past: &'static str,
}

/// What the API answers; only one of the three numbers of changed jobs is there.
#[derive(Debug, Deserialize)]
struct Report {
    total: u64,
    #[serde(default)]
    updated: u64,
    #[serde(default)]
    deleted: u64,
    #[serde(default)]
    created: u64,
    #[serde(default)]
    failures: Vec<ReportedFailure>,
}

#[derive(Debug, Deserialize)]
struct ReportedFailure {
    id: Option<String>,
    cause: Cause,
}

#[derive(Debug, Deserialize)]
struct Cause {
    reason: String,
}

impl Report {
    fn changed(&self) -> u64 {
        self.updated + self.deleted + self.created
    }
}

impl<F: Flags> QueryOptions<F> {
    /// Whether anything is given that selects jobs.
    pub(super) fn is_given(&self) -> bool {
        !self.parameters.is_empty()
    }

    /// Changes the jobs that match.
    pub(super) async fn change(
        &self,
        service: &Service,
        verb: Verb,
        output: ShowFormat,
    ) -> Result<(), ClientFailure> {
        let call = Call::of(F::ENDPOINT).given(&self.parameters);
        if self.yes && !self.dry_run {
            let answer = service.text_after(&call, LONGEST).await?;
            return show(service, &answer, verb, output);
        }
        let trial = call.clone().query([("dry_run", "true".to_owned())]);
        let answer = service.text_after(&trial, LONGEST).await?;
        let tried: Report = service.parse(&answer)?;
        let (changed, total) = (HumanCount(tried.changed()), HumanCount(tried.total));
        let what = format!("{} {changed} of {total} jobs that match", verb.present);
        if self.dry_run {
            if !output.print_json(&answer, Screen::without_colors())? {
                streams::say(&format!("would {what}\n"))?;
            }
            return Ok(());
        }
        if tried.changed() == 0 {
            return show(service, &answer, verb, output);
        }
        confirm(&what)?;
        // Others may match by now. They are newer, and the oldest jobs are handled first.
        let call = call.replacing(MAX_DOCS, tried.total.to_string());
        show(service, &service.text_after(&call, LONGEST).await?, verb, output)
    }
}

/// Shows what was done, and what was not.
fn show(service: &Service, answer: &str, verb: Verb, output: ShowFormat) -> Result<(), ClientFailure> {
    let done: Report = service.parse(answer)?;
    let (changed, total) = (HumanCount(done.changed()), HumanCount(done.total));
    if !output.print_json(answer, Screen::without_colors())? {
        streams::say(&format!("{} {changed} of {total} jobs that matched\n", verb.past))?;
    }
    for ReportedFailure { id, cause } in &done.failures {
        let id = id.as_deref().map(|id| format!("[{}]: ", plain(id))).unwrap_or_default();
        streams::tell(&format!("tributary: {id}{}\n", plain(&cause.reason)));
    }
    match done.failures.len() {
        0 => Ok(()),
        failed => Err(ClientFailure::Several { failed, all: failed, exit_code: 4 }),
    }
}

/// Asks on the terminal; an error unless the answer is yes.
fn confirm(what: &str) -> Result<(), ClientFailure> {
    if !io::stdin().is_terminal() {
        return Err(ClientFailure::Usage(format!(
            "this would {what}: --yes is needed where nobody can be asked"
        )));
    }
    streams::tell(&format!("{what}? [y/N] "));
    let mut answer = String::new();
    let _ = io::stdin().lock().read_line(&mut answer);
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(ClientFailure::NotConfirmed),
    }
}
