//! A connector service in front of the gateway: a worker of our own (`tests/worker`), on Elasticsearch's official client
//! and with the requests that connector services send, syncs a real PostgreSQL.
//!
//! Each scenario is a test over each pair of a store and a content engine, named after both, such as
//! `embedded_and_elasticsearch::full`.
#![allow(missing_docs, reason = "a test")]

mod cleanup;
mod endings;
mod pairs;
mod races;
mod rules;
mod session;
mod shop;
mod syncs;
mod worker;

use libtest_mimic::{Arguments, Trial};

use pairs::{PAIRS, Pair};
use session::Session;

/// A scenario, with its name.
type Scenario = (&'static str, fn(&Pair));

/// What is played over every pair.
const SCENARIOS: &[Scenario] = &[
    ("full", |pair| syncs::full(Session::connected(pair))),
    ("incremental", |pair| syncs::incremental(Session::connected(pair))),
    ("scheduled", |pair| syncs::scheduled(Session::connected(pair))),
    ("listed_at_once", |pair| syncs::listed_at_once(&Session::start(pair))),
    ("canceled", |pair| endings::canceled(Session::connected(pair))),
    ("failed", |pair| endings::failed(Session::connected(pair))),
    ("suspended", |pair| endings::suspended(Session::connected(pair))),
    ("killed", |pair| cleanup::killed(Session::connected(pair))),
    ("orphaned", |pair| cleanup::orphaned(Session::connected(pair))),
    ("rules", |pair| rules::drafted_validated_activated_used(Session::connected(pair))),
    ("two_workers", |pair| races::two_workers(Session::connected(pair))),
];

fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for pair in PAIRS.iter().filter(|pair| pair.is_selected()) {
        for (name, play) in SCENARIOS {
            trials.push(Trial::test(format!("{}::{name}", pair.name), move || {
                play(pair);
                Ok(())
            }));
        }
    }
    trials
}

/// How many scenarios run at a time: they wait for ticks of workers most of the time.
const AT_A_TIME: usize = 6;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_A_TIME));
    libtest_mimic::run(&arguments, trials()).exit();
}
