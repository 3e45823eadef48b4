//! `list`: measures lists for combinations of sizes, shapes and connections.

use std::time::{Duration, Instant};

use clap::Args;

use crate::client::Client;
use crate::compare::{Load, Rounds, alternate, median, prepare};
use crate::failure::Failure;
use crate::figures::{Costs, Line};
use crate::server::{Server, Stored};
use crate::shapes::{Shape, shapes};
use crate::table;

/// The number of starts for measuring the start-up time.
const STARTS: usize = 3;
/// Few clients and many.
const CONNECTIONS: [usize; 2] = [1, 32];

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListOptions {
    /// The numbers of stored jobs; one table for each
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    jobs: Vec<u32>,
    /// Shorter rounds, for a quick look
    #[arg(long)]
    quick: bool,
    /// How many of the 1,000 connectors the requests filter by in turn
    #[arg(long, default_value_t = 32)]
    connectors: u32,
    /// Only shapes with this text in their name
    #[arg(long, default_value = "")]
    only: String,
    /// Keep the jobs in the server's memory only; start-up then generates them instead of reading them
    #[arg(long)]
    memory: bool,
}

/// Measures, and prints the results.
pub(crate) fn run(options: &ListOptions) -> Result<(), Failure> {
    let rounds = if options.quick {
        Rounds { number: 5, duration: Duration::from_millis(150) }
    } else {
        Rounds { number: 9, duration: Duration::from_millis(400) }
    };
    table::introduce(options.connectors, rounds);
    let nothing = Server::start(&Stored::new(0, options.memory)?)?.resident_bytes()?;
    let mut all_costs = Vec::new();
    let mut smallest: Option<(u32, Stored)> = None;
    for jobs in options.jobs.iter().copied() {
        let (stored, server, costs) = start(jobs, nothing, options.memory)?;
        let shapes = shapes(jobs, options.connectors);
        let shapes: Vec<Shape> =
            shapes.into_iter().filter(|shape| shape.name.contains(&options.only)).collect();
        table::print_lines(jobs, &against_constant(&server, &shapes, rounds)?);
        all_costs.push(costs);
        if let Some((few, stored)) = &smallest {
            let few_server = Server::start(stored)?;
            let fewer = crate::shapes::shapes(*few, options.connectors);
            table::print_growth(*few, jobs, &growth(&server, &shapes, &few_server, &fewer, rounds)?);
        }
        smallest = smallest.or(Some((jobs, stored)));
    }
    table::print_costs(&all_costs);
    Ok(())
}

/// Stores jobs and starts servers over them; the last one keeps running.
fn start(jobs: u32, nothing: u64, memory: bool) -> Result<(Stored, Server, Costs), Failure> {
    eprintln!("storing {jobs} jobs");
    let start = Instant::now();
    let stored = Stored::new(jobs, memory)?;
    let filling = start.elapsed();
    let mut start_ups = Vec::new();
    for _ in 1..STARTS {
        start_ups.push(Server::start(&stored)?.start_up.as_secs_f64());
    }
    let server = Server::start(&stored)?;
    start_ups.push(server.start_up.as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 bytes of memory")]
    let taken = server.resident_bytes()?.saturating_sub(nothing) as f64;
    let start_up = Duration::from_secs_f64(median(start_ups));
    Ok((stored, server, Costs { jobs, filling, start_up, memory: taken / f64::from(jobs) }))
}

fn against_constant(server: &Server, shapes: &[Shape], rounds: Rounds) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for shape in shapes {
        let (lists, constants) = prepare(server.address, shape)?;
        let body_bytes = lists.iter().filter_map(|list| list.body).sum::<usize>() / lists.len();
        for connections in CONNECTIONS {
            eprintln!("{} at {connections}", shape.name);
            let mut client = Client::connect(server.address, connections)?;
            let mut left = Load { client: &mut client, requests: &lists };
            let comparison = alternate(&mut left, &constants, None, rounds)?;
            lines.push(Line { shape: shape.name, connections, body_bytes, comparison, goal: shape.goal });
        }
    }
    Ok(lines)
}

/// The shapes whose answers are of one size: many jobs on the left, few on the right.
fn growth(
    many: &Server,
    shapes: &[Shape],
    few: &Server,
    fewer: &[Shape],
    rounds: Rounds,
) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for shape in shapes.iter().filter(|shape| shape.same_size) {
        let Some(fewer) = fewer.iter().find(|fewer| fewer.name == shape.name) else { continue };
        let (lists, _) = prepare(many.address, shape)?;
        let (few_lists, _) = prepare(few.address, fewer)?;
        let body_bytes = lists.iter().filter_map(|list| list.body).sum::<usize>() / lists.len();
        for connections in CONNECTIONS {
            eprintln!("{} at {connections}, many against few", shape.name);
            let mut client = Client::connect(many.address, connections)?;
            let mut few_client = Client::connect(few.address, connections)?;
            let mut left = Load { client: &mut client, requests: &lists };
            let comparison = alternate(&mut left, &few_lists, Some(&mut few_client), rounds)?;
            lines.push(Line { shape: shape.name, connections, body_bytes, comparison, goal: 1.10 });
        }
    }
    Ok(lines)
}
