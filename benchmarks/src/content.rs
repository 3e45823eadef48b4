//! `content`: requests that are passed on to OpenSearch, against the same requests to OpenSearch itself.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use clap::Args;
use tributary_engines::{Distribution, Engine, EngineOptions};

use crate::client::connect;
use crate::connection::{Connection, Request};
use crate::failure::Failure;
use crate::server::{Server, Stored};
use crate::table::marked;

/// How much longer a large bulk request may take.
const BULK_GOAL: f64 = 1.1;
const MEBIBYTE: usize = 1024 * 1024;
/// About the size of a document with a page of text.
const DOCUMENT: usize = 2_000;
const INDEX: &str = "content-benchmark";

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct ContentOptions {
    /// How many requests of each kind, after as many that are not counted
    #[arg(long, default_value_t = 100)]
    requests: usize,
}

/// Measures, and prints what it found.
pub(crate) fn run(options: &ContentOptions) -> Result<(), Failure> {
    let distribution = Distribution::find("opensearch", None)?;
    let engine_options =
        EngineOptions { full_speed: true, heap_megabytes: 1_024, ..EngineOptions::default() };
    let engine = Engine::start(distribution, &engine_options)?;
    let url = &engine.endpoint().url;
    let direct: SocketAddr = url.trim_start_matches("http://").parse()?;
    let stored = Stored::new(1, false)?;
    let service = Server::start_service_with(&stored, "warn", &["--content", url])?;
    let settings = r#"{"settings":{"number_of_shards":1,"number_of_replicas":0,"refresh_interval":"-1"}}"#;
    let mut connections = [Connection::new(connect(direct)?), Connection::new(connect(service.address)?)];
    connections[0].exchange(&Request::put(&format!("/{INDEX}"), settings))?;

    println!(
        "OpenSearch {} (1 GB of heap), on {} processors that it, the service and the client share; {} requests of each \
         kind, in turns with the same ones to OpenSearch itself.\n",
        distribution.version,
        std::thread::available_parallelism().map_or(1, usize::from),
        options.requests
    );
    println!("| request | OpenSearch p50, ms | through the service p50, ms | ratio | goal |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let bulk = Request::post("/_bulk?filter_path=errors", &bulk(3 * MEBIBYTE));
    let refresh = Request::post(&format!("/{INDEX}/_refresh"), "");
    let search = format!("/{INDEX}/_search");
    for (name, request, goal) in [
        ("`_bulk` of 3 MiB", bulk, Some(BULK_GOAL)),
        ("`_search`, 100 documents of 2 KB", Request::post(&search, r#"{"size":100}"#), None),
        ("`_search`, no document", Request::post(&search, r#"{"size":0}"#), None),
        ("`GET /{index}/_doc/{id}`", Request::new(&format!("/{INDEX}/_doc/7")), None),
    ] {
        let [own, through] = measure(&mut connections, &request, options.requests)?;
        let ratio = through.as_secs_f64() / own.as_secs_f64();
        println!(
            "| {name} | {:.2} | {:.2} | {} | {} |",
            own.as_secs_f64() * 1e3,
            through.as_secs_f64() * 1e3,
            marked(ratio, goal.is_none_or(|goal| ratio <= goal)),
            goal.map_or("–".to_owned(), |goal| format!("≤ {goal}")),
        );
        connections[0].exchange(&refresh)?;
    }
    println!("\nFigures in bold miss their goal.");
    Ok(())
}

/// The medians of both, in turns; which is first alternates.
fn measure(
    connections: &mut [Connection<TcpStream>; 2],
    request: &Request,
    number: usize,
) -> Result<[Duration; 2], Failure> {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..2 * number {
        for side in [round % 2, (round + 1) % 2] {
            let start = Instant::now();
            connections[side].exchange(request)?;
            if round >= number {
                times[side].push(start.elapsed());
            }
        }
    }
    Ok(times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    }))
}

/// A bulk request of about so many bytes. It writes the same documents each time, so that the index does not grow.
fn bulk(bytes: usize) -> String {
    let text = "lorem ipsum dolor sit amet ".repeat(DOCUMENT / 27);
    let mut body = String::with_capacity(bytes + DOCUMENT);
    for number in 0.. {
        if body.len() >= bytes {
            break;
        }
        let _ = writeln!(
            body,
            "{{\"index\":{{\"_index\":\"{INDEX}\",\"_id\":\"{number}\"}}}}\n{{\"body\":\"{text}\"}}"
        );
    }
    body
}
