//! `bulk`: how long changes of many jobs take.

use std::time::Instant;

use clap::Args;
use serde_json::Value;

use crate::client::connect;
use crate::connection::{Connection, Request};
use crate::failure::Failure;
use crate::server::{Server, Stored};
use crate::table::{grouped, marked};

/// How many seconds the deletion of 100,000 jobs may take.
const DELETION_GOAL: f64 = 5.0;
const GOAL_JOBS: f64 = 100_000.0;

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct BulkOptions {
    /// How many jobs are stored
    #[arg(long, default_value_t = 100_000)]
    jobs: u32,
}

/// Measures, and prints what it found.
pub(crate) fn run(options: &BulkOptions) -> Result<(), Failure> {
    let stored = Stored::new(options.jobs, false)?;
    let server = Server::start_service(&stored, "warn")?;
    let mut connection = Connection::new(connect(server.address)?);
    println!("{} jobs in the embedded store, one call after the other.\n", grouped(options.jobs.into()));
    println!("| call | jobs | seconds | goal |");
    println!("| --- | ---: | ---: | ---: |");
    for (call, goal) in [
        ("_cancel_by_query?all=true", None),
        ("_delete_by_query?all=true", Some(DELETION_GOAL * f64::from(options.jobs) / GOAL_JOBS)),
    ] {
        let start = Instant::now();
        let answer = connection.fetch(&Request::post(&format!("/_connector/_sync_job/{call}"), ""))?;
        let seconds = start.elapsed().as_secs_f64();
        let answer: Value = serde_json::from_slice(&answer)?;
        let jobs = answer["total"].as_u64().ok_or("an answer without a total")?;
        if answer["failures"].as_array().is_none_or(|failures| !failures.is_empty()) {
            return Err(format!("{call} failed in part: {}", answer["failures"][0]).into());
        }
        println!(
            "| `{call}` | {} | {} | {} |",
            grouped(jobs),
            marked(seconds, goal.is_none_or(|goal| seconds <= goal)),
            goal.map_or_else(|| "–".to_owned(), |goal| format!("≤ {goal}")),
        );
    }
    Ok(())
}
