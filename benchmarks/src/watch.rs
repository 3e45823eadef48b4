//! `watch`: what ten thousand clients cost that wait for a change, and when they hear of it.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Args;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::client::connect;
use crate::connection::{Connection, Request};
use crate::failure::Failure;
use crate::jobs::{Job, STATUSES, connector_id};
use crate::server::{Server, Stored};
use crate::table::{grouped, marked};

/// The most memory for a client in KiB.
const MEMORY_GOAL: f64 = 32.0;
/// How many seconds after a change the last client may hear of it.
const DELAY_GOAL: f64 = 1.0;
/// How long to wait for anything.
const PATIENCE: Duration = Duration::from_mins(1);
const JOBS: u32 = 1_000;
const ROUNDS: usize = 3;
/// What every client receives.
const NEWS: &[u8] = br#""status":"canceled""#;

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct WatchOptions {
    /// How many clients wait; the limit of open files has to allow them, in the service and here
    #[arg(long, default_value_t = 10_000)]
    clients: usize,
}

/// A way of waiting for the change of a job.
struct Way {
    name: &'static str,
    target: fn(Job) -> String,
    /// What a client is sent as soon as it waits, if anything is.
    greeting: Option<&'static [u8]>,
}

const WAYS: [Way; 2] = [
    Way {
        name: "wait_for_completion",
        target: |job| format!("/_connector/_sync_job/{}?wait_for_completion=true&timeout=10m", job.id()),
        greeting: None,
    },
    Way {
        name: "_watch",
        target: |job| format!("/_connector/_sync_job/_watch?connector_id={}", connector_id(job.connector())),
        greeting: Some(b"event: position"),
    },
];

/// Measures, and prints what it found.
pub(crate) fn run(options: &WatchOptions) -> Result<(), Failure> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let stored = Stored::new(JOBS, false)?;
    println!(
        "{} clients of one service over the embedded store wait on a connection each, until one job is canceled; \
         service and clients share {processors} processors.\n",
        grouped(options.clients as u64),
    );
    println!(
        "| wait | memory a client, KiB | goal | more threads | goal | change answered, ms | last client notified, ms | goal |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut pending = (0..JOBS).map(Job).filter(|job| STATUSES[job.status()] == "pending");
    for way in &WAYS {
        for job in pending.by_ref().take(ROUNDS) {
            print_line(way, &measure(&stored, way, job, options.clients)?);
        }
    }
    Ok(())
}

/// What a round has shown.
struct Waited {
    kibibytes: f64,
    threads: usize,
    answered: Duration,
    notified: Duration,
}

fn print_line(way: &Way, waited: &Waited) {
    let notified = waited.notified.as_secs_f64();
    println!(
        "| {} | {} | ≤ {MEMORY_GOAL:.0} | {} | 0 | {} | {} | ≤ {:.0} |",
        way.name,
        marked(waited.kibibytes, waited.kibibytes <= MEMORY_GOAL),
        waited.threads,
        waited.answered.as_millis(),
        marked(notified * 1_000.0, notified <= DELAY_GOAL),
        DELAY_GOAL * 1_000.0,
    );
}

#[expect(clippy::cast_precision_loss, reason = "a machine has far less than 2^52 bytes of memory")]
fn measure(stored: &Stored, way: &Way, job: Job, clients: usize) -> Result<Waited, Failure> {
    let server = Server::start_service(stored, "warn")?;
    let mut changer = Connection::new(connect(server.address)?);
    changer.exchange(&Request::new(&format!("/_connector/_sync_job/{}", job.id())))?;
    let (memory, threads) = (server.resident_bytes()?, server.threads()?);
    let mut waiting = Waiting::open(server.address, &Request::new(&(way.target)(job)), clients)?;
    if let Some(greeting) = way.greeting {
        waiting.read_until_all_have(greeting)?;
    }
    let kibibytes = server.resident_bytes()?.saturating_sub(memory) as f64 / 1024.0 / clients as f64;
    let threads = server.threads()?.saturating_sub(threads);
    let start = Instant::now();
    changer.exchange(&Request::put(&format!("/_connector/_sync_job/{}/_cancel", job.id()), ""))?;
    let answered = start.elapsed();
    waiting.read_until_all_have(NEWS)?;
    Ok(Waited { kibibytes, threads, answered, notified: start.elapsed() })
}

/// Clients that wait for an answer, on one thread.
struct Waiting {
    poll: Poll,
    /// Each with what it has been sent.
    clients: Vec<(TcpStream, Vec<u8>)>,
}

impl Waiting {
    fn open(address: SocketAddr, request: &Request, clients: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut all = Vec::with_capacity(clients);
        for place in 0..clients {
            let mut stream = connect(address)?;
            stream.write_all(request.bytes())?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(place), Interest::READABLE)?;
            all.push((stream, Vec::new()));
        }
        Ok(Self { poll, clients: all })
    }

    fn read_until_all_have(&mut self, text: &[u8]) -> Result<(), Failure> {
        let knows = |received: &[u8]| received.windows(text.len()).any(|part| part == text);
        let mut missing = self.clients.iter().filter(|(_, received)| !knows(received)).count();
        let (start, mut events) = (Instant::now(), Events::with_capacity(1_024));
        while missing > 0 {
            if start.elapsed() > PATIENCE {
                return Err(format!("{missing} clients have received nothing").into());
            }
            self.poll.poll(&mut events, Some(PATIENCE))?;
            for event in &events {
                let (stream, received) = &mut self.clients[event.token().0];
                let knew = knows(received);
                match stream.read_to_end(received) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Ok(_) if !knew && !knows(received) => return Err("a client was sent away".into()),
                    Ok(_) => {}
                    Err(error) => return Err(error.into()),
                }
                missing -= usize::from(!knew && knows(received));
            }
        }
        Ok(())
    }
}
