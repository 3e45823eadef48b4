//! Sends generated requests to the service over a new embedded store, and fails if one is answered with 500 or more, if one
//! has no answer, or if the service panics.

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use tributary_fuzz::generated::{self, ADMIN_KEY};
use tributary_tests::folder;

/// Sends generated requests to the service over a new embedded store.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask generated-requests")]
struct Options {
    /// How many requests
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    /// Over how many connections
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    connections: u64,
    /// Where to begin; another one with each run by default
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let seed = options.seed.unwrap_or_else(now);
    let folder = folder();
    let server = generated::secure(folder.path()).start();
    println!("{} requests over {} connections, seed {seed}", options.requests, options.connections);
    let start = Instant::now();
    let observe = |done: u64| {
        if done.is_multiple_of(100_000) {
            println!("{done} after {:.0} s", start.elapsed().as_secs_f64());
        }
    };
    let Options { requests, connections, .. } = options;
    let tally = generated::run(server.address(), ADMIN_KEY, requests, connections, seed, observe);
    let seconds = start.elapsed().as_secs_f64();
    let key = [("Authorization", &*format!("ApiKey {ADMIN_KEY}"))];
    let counts = server.answer_to("GET", "/_connector/_sync_job/_count?by=status", &key, None).body;
    let ended = server.stop();
    print!("{tally}");
    println!("jobs at the end: {counts}");
    #[expect(clippy::cast_precision_loss, reason = "it is rounded")]
    let rate = tally.answers() as f64 / seconds;
    let panics = ended.log.matches("panicked").count();
    println!(
        "{} answers in {seconds:.0} s, {rate:.0} a second; {} failures, {panics} panics; never successful: {:?}",
        tally.answers(),
        tally.failed,
        tally.never_done()
    );
    let is_fine = tally.failed == 0 && panics == 0 && tally.answers() == options.requests;
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
