//! `limits`: what a crowd of idle, slow and unread connections costs the requests beside it.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use clap::Args;

use crate::client::connect;
use crate::connection::{Connection, Request};
use crate::failure::Failure;
use crate::server::{Server, Stored};
use crate::table::{grouped, marked};

/// The most memory of the service with all of them, in MiB.
const MEMORY_GOAL: f64 = 1_024.0;
/// How many milliseconds 99 % of the other requests may take at most.
const TIME_GOAL: f64 = 100.0;
const JOBS: u32 = 20_000;
/// The time between two of the other requests on one thread.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(5);
/// The time between two bytes of a slow client.
const BETWEEN_BYTES: Duration = Duration::from_secs(1);
const SLOW_HEAD: &[u8] = b"GET /_connector HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
const SLOW_BODY: &[u8] =
    b"PUT /_connector/slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
    Content-Length: 900000\r\n\r\n";

/// What to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct LimitsOptions {
    /// How many connections are idle; the limit of open files has to allow them, in the service and here
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// How many connections send a byte a second, half of them of a head and half of a body
    #[arg(long, default_value_t = 2_000)]
    slow: usize,
    /// How many clients ask for a page of 10,000 jobs and do not read it
    #[arg(long, default_value_t = 200)]
    unread: usize,
    /// How many seconds it is measured without and with them
    #[arg(long, default_value_t = 40)]
    seconds: u64,
}

/// Measures, and prints what it found; an error if requests were lost or the memory is beyond the goal.
pub(crate) fn run(options: &LimitsOptions) -> Result<(), Failure> {
    let stored = Stored::new(JOBS, false)?;
    // Idle connections are kept until the end.
    let server = Server::start_service_with(&stored, "warn", &["--keep-alive", "600"])?;
    let duration = Duration::from_secs(options.seconds);
    println!(
        "Other requests to one service over the embedded store, with its default limits: pages of 10 jobs on kept and on new \
         connections, and changes. Service and clients share {} processors.\n",
        thread::available_parallelism().map_or(1, usize::from),
    );
    println!("| beside | requests | lost | goal | p50, ms | p99, ms | goal | peak memory, MiB | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let alone = measure(server.address, duration)?;
    let mut lost = print_line("nobody", &alone, server.peak_bytes()?);

    let idle = idle(server.address, options.idle)?;
    lost += print_line(
        &format!("{} idle connections", grouped(options.idle as u64)),
        &measure(server.address, duration)?,
        server.peak_bytes()?,
    );
    let is_over = AtomicBool::new(false);
    let beside: Result<(Measured, Unread), Failure> = thread::scope(|scope| {
        let slow = scope.spawn(|| trickle(server.address, options.slow, &is_over));
        let measured = scope.spawn(|| measure(server.address, duration));
        let unread = Unread::open(server.address, options.unread);
        let measured = measured.join().map_err(|_| "the measurement panicked")?;
        is_over.store(true, Ordering::Relaxed);
        let cut_off = slow.join().map_err(|_| "the slow clients panicked")??;
        eprintln!("{} slow connections were cut off and opened again", grouped(cut_off));
        Ok((measured?, unread?))
    });
    let (beside, unread) = beside?;
    let peak = server.peak_bytes()?;
    lost += print_line(
        &format!(
            "and {} of a byte a second, and {} large answers that nobody reads ({} sent, {} refused)",
            grouped(options.slow as u64),
            options.unread,
            unread.sent,
            unread.refused,
        ),
        &beside,
        peak,
    );
    drop((idle, unread));
    println!("\nFigures in bold miss their goal.");
    if lost > 0 {
        return Err(format!("{lost} requests were lost").into());
    }
    if mebibytes(peak) > MEMORY_GOAL {
        return Err("the service took too much memory".into());
    }
    Ok(())
}

/// How long requests took, and how many had no answer.
#[derive(Default)]
struct Measured {
    times: Vec<Duration>,
    lost: usize,
}

/// Prints a line, and returns how many requests were lost.
fn print_line(beside: &str, measured: &Measured, peak: u64) -> usize {
    let at = |part: usize| {
        let place = measured.times.len() * part / 100;
        measured.times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    };
    let (p99, memory) = (at(99), mebibytes(peak));
    println!(
        "| {beside} | {} | {} | 0 | {:.2} | {} | ≤ {TIME_GOAL:.0} | {} | ≤ {MEMORY_GOAL:.0} |",
        grouped(measured.times.len() as u64),
        measured.lost,
        at(50),
        marked(p99, p99 <= TIME_GOAL),
        marked(memory, memory <= MEMORY_GOAL),
    );
    measured.lost
}

#[expect(clippy::cast_precision_loss, reason = "a machine has far less than 2^52 bytes of memory")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Sends requests one after the other from three threads: on a kept connection, on new ones, and changes.
fn measure(address: SocketAddr, duration: Duration) -> Result<Measured, Failure> {
    let page = Request::new("/_connector/_sync_job?size=10");
    let change = Request::put("/_connector/beside", r#"{"name":"beside"}"#);
    // It exists from then on, so that all others are answered alike.
    let _ = Connection::new(connect(address)?).exchange(&change);
    let all = thread::scope(|scope| {
        let clients = [(&page, true), (&page, false), (&change, true)]
            .map(|(request, keeps)| scope.spawn(move || send(address, request, keeps, duration)));
        clients.map(|client| client.join().unwrap_or_else(|_| Measured { times: Vec::new(), lost: 1 }))
    });
    let mut measured = Measured::default();
    for one in all {
        measured.times.extend(one.times);
        measured.lost += one.lost;
    }
    measured.times.sort_unstable();
    Ok(measured)
}

fn send(address: SocketAddr, request: &Request, keeps_connection: bool, duration: Duration) -> Measured {
    let (mut measured, start, mut kept) = (Measured::default(), Instant::now(), None);
    while start.elapsed() < duration {
        sleep(BETWEEN_REQUESTS);
        let sent = Instant::now();
        let connection = kept.take().map_or_else(|| connect(address).map(Connection::new), Ok);
        let answered =
            connection.and_then(|mut connection| connection.exchange(request).map(|()| connection));
        match answered {
            Ok(connection) => {
                measured.times.push(sent.elapsed());
                kept = Some(connection).filter(|_| keeps_connection);
            }
            Err(error) => {
                eprintln!("lost: {error}");
                measured.lost += 1;
            }
        }
    }
    measured
}

/// Connections that were used once and are kept.
fn idle(address: SocketAddr, number: usize) -> io::Result<Vec<TcpStream>> {
    let request = Request::new("/_health/live");
    let open = |_| {
        let mut connection = Connection::new(connect(address)?);
        connection.exchange(&request)?;
        Ok(connection.into_stream())
    };
    (0..number).map(open).collect()
}

/// Sends a byte a second on so many connections, and opens those again that are cut off; how many were.
fn trickle(address: SocketAddr, number: usize, is_over: &AtomicBool) -> io::Result<u64> {
    let open = |place: usize| {
        let mut stream = connect(address)?;
        stream.write_all(if place.is_multiple_of(2) { SLOW_HEAD } else { SLOW_BODY })?;
        Ok::<_, io::Error>(stream)
    };
    let mut all = (0..number).map(open).collect::<io::Result<Vec<_>>>()?;
    let mut cut_off = 0;
    while !is_over.load(Ordering::Relaxed) {
        sleep(BETWEEN_BYTES);
        for (place, stream) in all.iter_mut().enumerate() {
            if stream.write_all(b"1").is_err() {
                cut_off += 1;
                *stream = open(place)?;
            }
        }
    }
    Ok(cut_off)
}

/// Clients that do not read what they have asked for.
struct Unread {
    sent: usize,
    refused: usize,
    _clients: Vec<TcpStream>,
}

impl Unread {
    fn open(address: SocketAddr, number: usize) -> Result<Self, Failure> {
        let request = Request::new("/_connector/_sync_job?size=10000");
        let open = |_| {
            let mut stream = connect(address)?;
            stream.write_all(request.bytes())?;
            Ok(stream)
        };
        let clients = (0..number).map(open).collect::<io::Result<Vec<_>>>()?;
        let (mut sent, mut refused) = (0, 0);
        for client in &clients {
            // Looked at, and not taken.
            let mut line = [0; 12];
            while client.peek(&mut line)? < line.len() {}
            match &line[9..] {
                b"200" => sent += 1,
                b"429" => refused += 1,
                other => return Err(format!("status {}", String::from_utf8_lossy(other)).into()),
            }
        }
        Ok(Self { sent, refused, _clients: clients })
    }
}
