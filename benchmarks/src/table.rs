//! The results as Markdown tables, with goals.

use crate::compare::Rounds;
use crate::figures::{Costs, Line};
use crate::jobs::{CONNECTORS, JOB_BYTES, STATUSES, TYPES};

/// The maximum memory for a job, as a multiple of its JSON.
const MEMORY_GOAL: f64 = 1.4;
/// The maximum start-up time in seconds, and the number of jobs that it applies to.
const START_GOAL: f64 = 3.0;

/// Explains the measurement.
pub(crate) fn introduce(connectors: u32, rounds: Rounds) {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "Lists of sync jobs of {JOB_BYTES} bytes, over {} statuses, {} types and {CONNECTORS} connectors, against a \
         handler of the same server that answers one constant body of exactly the same size.\n\n\
         - The server has one worker a processor ({processors}); the client is one thread on the same processors. \
         No access log.\n\
         - List and constant body take turns over the same connections: {} rounds of {} ms each, after one to warm \
         up. Figures are medians of the rounds, the ratio is the median over neighbouring rounds.\n\
         - Requests with a status go through all {} in turn, those with a connector through {connectors} of the \
         {CONNECTORS}, so that it is not one set of documents that stays in the processor's cache. The other shapes \
         have one answer each.",
        STATUSES.len(),
        TYPES.len(),
        rounds.number,
        rounds.duration.as_millis(),
        STATUSES.len(),
    );
}

/// The lists of one number of jobs against the constant body.
pub(crate) fn print_lines(jobs: u32, lines: &[Line]) {
    println!("\n## {} jobs\n", grouped(jobs.into()));
    println!(
        "| shape | connections | body, bytes | list, req/s | constant, req/s | ratio | goal | list p50, µs | constant p50, µs |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for Line { shape, connections, body_bytes, comparison, goal } in lines {
        println!(
            "| {shape} | {connections} | {} | {} | {} | {} | {} | {:.0} | {:.0} |",
            grouped(*body_bytes as u64),
            whole(comparison.left.throughput),
            whole(comparison.right.throughput),
            marked(comparison.ratio, comparison.ratio >= *goal),
            if *goal > 0.0 { format!("≥ {goal:.2}") } else { "–".to_owned() },
            comparison.left.latency,
            comparison.right.latency,
        );
    }
}

/// The same shapes with many jobs and with few.
pub(crate) fn print_growth(few: u32, many: u32, lines: &[Line]) {
    let (few, many) = (grouped(few.into()), grouped(many.into()));
    println!("\n### {many} jobs against {few}, both servers running, where the answers are equally large\n");
    println!("| shape | connections | {many}, req/s | {few}, req/s | time, as a multiple | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for Line { shape, connections, comparison, goal, .. } in lines {
        let times = 1.0 / comparison.ratio;
        println!(
            "| {shape} | {connections} | {} | {} | {} | ≤ {goal:.2} |",
            whole(comparison.left.throughput),
            whole(comparison.right.throughput),
            marked(times, times <= *goal),
        );
    }
}

/// Memory and start-up.
pub(crate) fn print_costs(costs: &[Costs]) {
    println!("\n## Memory and start-up\n");
    println!(
        "Memory is that of the server after its start from disk and a few requests, less that of one over an empty store.\n"
    );
    println!(
        "| jobs | memory a job, bytes | its JSON, bytes | ratio | goal | start-up, s | goal | storing them, s |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for Costs { jobs, filling, start_up, memory } in costs {
        #[expect(clippy::cast_precision_loss, reason = "a job is small")]
        let ratio = memory / JOB_BYTES as f64;
        let seconds = start_up.as_secs_f64();
        println!(
            "| {} | {memory:.0} | {JOB_BYTES} | {} | ≤ {MEMORY_GOAL} | {} | ≤ {START_GOAL} | {:.1} |",
            grouped((*jobs).into()),
            marked(ratio, ratio <= MEMORY_GOAL),
            marked(seconds, seconds <= START_GOAL),
            filling.as_secs_f64(),
        );
    }
    println!("\nFigures in bold miss their goal.");
}

pub(crate) fn marked(figure: f64, reached: bool) -> String {
    if reached { format!("{figure:.2}") } else { format!("**{figure:.2}**") }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "requests a second")]
pub(crate) fn whole(figure: f64) -> String {
    grouped(figure.round() as u64)
}

/// With a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
