//! `search`: the service over OpenSearch and over the embedded store, against OpenSearch itself.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::Value;
use tributary_engines::{Distribution, Engine, EngineOptions};

use crate::client::{Client, connect};
use crate::compare::{Comparison, Load, Rounds, alternate, prepare};
use crate::connection::{Connection, Request};
use crate::failure::Failure;
use crate::raw::{Search, without_cache};
use crate::server::{Server, Stored};
use crate::shapes::{Shape, shapes, texts};
use crate::table::{grouped, marked, whole};

/// The measured shapes, each with the required speed-up of the embedded store over OpenSearch.
const SHAPES: [(&str, f64); 11] = [
    ("no filter", 3.0),
    ("status", 6.0),
    ("connector + two types", 6.0),
    ("from=9,900", 60.0),
    ("two statuses", FURTHER_GOAL),
    ("range of created_at", FURTHER_GOAL),
    ("range of completed_at + status", FURTHER_GOAL),
    ("sort=completed_at, desc", FURTHER_GOAL),
    ("walk, size=10, page 5,000", FURTHER_GOAL),
    ("walk by completed_at, size=10, page 5,000", FURTHER_GOAL),
    ("_count by status, job_type", FURTHER_GOAL),
];
/// The required speed-up of the embedded store with requests that Elasticsearch's API does not have.
const FURTHER_GOAL: f64 = 1.0;
/// The required throughput of the service over OpenSearch with many clients, relative to OpenSearch itself.
const THROUGHPUT_GOAL: f64 = 0.75;
/// The maximum latency of the service over OpenSearch with one client, relative to OpenSearch itself.
const LATENCY_GOAL: f64 = 1.4;
const CONNECTIONS: [usize; 2] = [1, 32];
const FILE: &str = "docs/benchmarks.md";
const MARKS: [&str; 2] = ["<!-- bench search -->\n", "<!-- /bench search -->"];

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchOptions {
    /// The number of stored jobs
    #[arg(long, default_value_t = 1_000_000)]
    jobs: u32,
    /// Shorter rounds, for a quick look; the file is not written then
    #[arg(long)]
    quick: bool,
    /// How many of the 1,000 connectors the requests filter by in turn
    #[arg(long, default_value_t = 32)]
    connectors: u32,
    /// Only shapes with this text in their name; the file is not written then
    #[arg(long, default_value = "")]
    only: String,
}

/// The result of a shape with a number of connections.
struct SearchLine {
    shape: &'static str,
    connections: usize,
    over_search: Comparison,
    embedded: Comparison,
    embedded_goal: f64,
}

/// Measures, prints the results, and writes them to the documentation.
pub(crate) fn run(options: &SearchOptions) -> Result<(), Failure> {
    let rounds = if options.quick {
        Rounds { number: 5, duration: Duration::from_millis(400) }
    } else {
        Rounds { number: 9, duration: Duration::from_millis(500) }
    };
    let distribution = Distribution::find("opensearch", None)?;
    let engine_options =
        EngineOptions { full_speed: true, heap_megabytes: 1_024, ..EngineOptions::default() };
    let engine = Engine::start(distribution, &engine_options)?;
    let raw: SocketAddr = engine.endpoint().url.trim_start_matches("http://").parse()?;

    eprintln!("storing {} jobs in OpenSearch and in a folder", options.jobs);
    let start = Instant::now();
    let in_search = Stored::at(format!("opensearch:{}", engine.endpoint().url), options.jobs)?;
    let filling = start.elapsed();
    fetch(raw, &without_cache())?;
    let in_folder = Stored::new(options.jobs, false)?;
    let (over_search, embedded) = (Server::start(&in_search)?, Server::start(&in_folder)?);

    let mut lines = Vec::new();
    for (mut shape, goal) in measured(options) {
        let raws = walk(embedded.address, &mut shape)?;
        lines.extend(measure(raw, &raws, &over_search, &embedded, &shape, goal, rounds)?);
    }
    let version = distribution.version;
    let text = describe(options, version, rounds, filling, &lines);
    println!("{text}");
    if !options.quick && options.only.is_empty() {
        write(&text)?;
    }
    Ok(())
}

fn measure(
    raw: SocketAddr,
    raws: &[Search],
    over_search: &Server,
    embedded: &Server,
    shape: &Shape,
    embedded_goal: f64,
    rounds: Rounds,
) -> Result<Vec<SearchLine>, Failure> {
    let (through, _) = prepare(over_search.address, shape)?;
    let (alone, _) = prepare(embedded.address, shape)?;
    check(raw, over_search.address, embedded.address, shape, raws)?;
    let raws: Vec<Request> = raws.iter().map(Search::request).collect();
    let mut lines = Vec::new();
    for connections in CONNECTIONS {
        eprintln!("{} at {connections}", shape.name);
        let mut raw_client = Client::connect(raw, connections)?;
        let mut against_raw = |address: SocketAddr, requests: &[Request]| -> Result<Comparison, Failure> {
            let mut client = Client::connect(address, connections)?;
            let mut left = Load { client: &mut client, requests };
            Ok(alternate(&mut left, &raws, Some(&mut raw_client), rounds)?)
        };
        lines.push(SearchLine {
            shape: shape.name,
            connections,
            over_search: against_raw(over_search.address, &through)?,
            embedded: against_raw(embedded.address, &alone)?,
            embedded_goal,
        });
    }
    Ok(lines)
}

/// Checks that both stores give the same answers to the byte, and OpenSearch the same documents.
fn check(
    raw: SocketAddr,
    over_search: SocketAddr,
    embedded: SocketAddr,
    shape: &Shape,
    raws: &[Search],
) -> Result<(), Failure> {
    for (target, search) in shape.targets.iter().zip(raws) {
        let request = Request::new(&target.url);
        let through = fetch(over_search, &request)?;
        if through != fetch(embedded, &request)? {
            return Err(format!("{} is answered differently by the two stores", target.url).into());
        }
        let own = fetch(raw, &search.request())?;
        if !search.has_same_documents(&serde_json::from_slice(&own)?, &serde_json::from_slice(&through)?) {
            return Err(format!("{} has other documents than OpenSearch's own answer", target.url).into());
        }
    }
    Ok(())
}

/// The measured shapes, each with the required speed-up of the embedded store.
fn measured(options: &SearchOptions) -> Vec<(Shape, f64)> {
    let listed = shapes(options.jobs, options.connectors).into_iter().filter_map(|shape| {
        let (_, goal) = SHAPES.iter().find(|(name, _)| *name == shape.name)?;
        Some((shape, *goal))
    });
    let further = [(texts(options.jobs), FURTHER_GOAL)];
    let chosen = |(shape, _): &(Shape, f64)| shape.name.contains(&options.only);
    listed.chain(further).filter(chosen).collect()
}

/// Turns requests that begin a walk into those for a later page, and returns the searches of OpenSearch for the same pages.
/// The embedded store walks: it is faster, and its cursors are the same.
fn walk(embedded: SocketAddr, shape: &mut Shape) -> Result<Vec<Search>, Failure> {
    let mut searches = Vec::new();
    for target in &mut shape.targets {
        let mut search = Search::new(&target.url);
        let start = target.url.clone();
        for _ in 0..std::mem::take(&mut target.pages_before) {
            let page: Value = serde_json::from_slice(&fetch(embedded, &Request::new(&target.url))?)?;
            search.follow(&page)?;
            target.url = format!("{start}{}", page["next"].as_str().ok_or("the walk ends too early")?);
        }
        searches.push(search);
    }
    Ok(searches)
}

fn fetch(address: SocketAddr, request: &Request) -> Result<Vec<u8>, Failure> {
    Ok(Connection::new(connect(address)?).fetch(request)?)
}

fn describe(
    options: &SearchOptions,
    version: &str,
    rounds: Rounds,
    filling: Duration,
    lines: &[SearchLine],
) -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "`cargo xtask bench search` on {processors} processors that server, OpenSearch {version} (1 GB of heap, one \
         shard) and client share: {} sync jobs of 0.9 KB, pages of 100 with the exact count. Each is held against \
         OpenSearch's own `_search` of the same page, in turns: {} rounds of {} ms each. The answers were compared: \
         both stores the same to the byte, OpenSearch the same documents. Its cache of whole answers is off, since every \
         change of a job empties it. Storing the jobs in OpenSearch took {:.0} \
         s.\n\n\
         | shape | connections | `_search`, req/s | over OpenSearch, req/s | ratio | goal | embedded, req/s | ratio | \
         goal | `_search` p50, µs | over OpenSearch p50, µs | ratio | goal |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        grouped(options.jobs.into()),
        rounds.number,
        rounds.duration.as_millis(),
        filling.as_secs_f64(),
    );
    for SearchLine { shape, connections, over_search, embedded, embedded_goal } in lines {
        let latency = over_search.left.latency / over_search.right.latency;
        // Throughput is measured with many clients, latency with one.
        let many = *connections > 1;
        let goal = |text: String, counts: bool| if counts { text } else { String::from("–") };
        let _ = writeln!(
            text,
            "| {shape} | {connections} | {} | {} | {} | {} | {} | {} | {} | {:.0} | {:.0} | {} | {} |",
            whole(over_search.right.throughput),
            whole(over_search.left.throughput),
            marked(over_search.ratio, !many || over_search.ratio >= THROUGHPUT_GOAL),
            goal(format!("≥ {THROUGHPUT_GOAL}"), many),
            whole(embedded.left.throughput),
            marked(embedded.ratio, !many || embedded.ratio >= *embedded_goal),
            goal(format!("≥ {embedded_goal}"), many),
            over_search.right.latency,
            over_search.left.latency,
            marked(latency, many || latency <= LATENCY_GOAL),
            goal(format!("≤ {LATENCY_GOAL}"), !many),
        );
    }
    text.push_str("\nFigures in bold miss their goal.\n");
    text
}

/// Puts the text between its marks in the documentation.
fn write(text: &str) -> Result<(), Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FILE);
    let page = std::fs::read_to_string(&path)?;
    let (before, rest) = page.split_once(MARKS[0]).ok_or(format!("{FILE} has no mark for the table"))?;
    let (_, after) = rest.split_once(MARKS[1]).ok_or(format!("{FILE} has no mark for the table's end"))?;
    std::fs::write(&path, format!("{before}{}{text}{}{after}", MARKS[0], MARKS[1]))?;
    eprintln!("the table is in {FILE}");
    Ok(())
}
