//! `log`: the list of the whole service with its access log, against the same without.

use std::time::Duration;

use clap::Args;

use crate::client::Client;
use crate::compare::{Load, Rounds, alternate, prepare_lists};
use crate::failure::Failure;
use crate::server::{Server, Stored};
use crate::shapes::shapes;
use crate::table::{marked, whole};

/// The share of the throughput that should be left with the log.
const GOAL: f64 = 0.97;

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct AccessLogOptions {
    /// How many jobs are stored
    #[arg(long, default_value_t = 10_000)]
    jobs: u32,
    /// How many connections
    #[arg(long, value_delimiter = ',', default_values_t = [1, 32])]
    connections: Vec<usize>,
    /// How many pairs of rounds
    #[arg(long, default_value_t = 101)]
    rounds: usize,
    /// Only the shapes with this text in their name
    #[arg(long, default_value = "")]
    only: String,
}

/// Measures, and prints what it found.
pub(crate) fn run(options: &AccessLogOptions) -> Result<(), Failure> {
    let rounds = Rounds { number: options.rounds, duration: Duration::from_millis(100) };
    let stored = [Stored::new(options.jobs, false)?, Stored::new(options.jobs, false)?];
    let logging = Server::start_service(&stored[0], "info")?;
    let silent = Server::start_service(&stored[1], "info,request=off")?;
    println!("| shape | connections | with the log, req/s | without, req/s | ratio | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for shape in shapes(options.jobs, 32).iter().filter(|shape| shape.name.contains(&options.only)) {
        let lists = [prepare_lists(logging.address, shape)?, prepare_lists(silent.address, shape)?];
        for connections in options.connections.iter().copied() {
            let mut with = Client::connect(logging.address, connections)?;
            let mut without = Client::connect(silent.address, connections)?;
            let mut left = Load { client: &mut with, requests: &lists[0] };
            let comparison = alternate(&mut left, &lists[1], Some(&mut without), rounds)?;
            println!(
                "| {} | {connections} | {} | {} | {} | ≥ {GOAL} |",
                shape.name,
                whole(comparison.left.throughput),
                whole(comparison.right.throughput),
                marked(comparison.ratio, comparison.ratio >= GOAL),
            );
        }
    }
    Ok(())
}
