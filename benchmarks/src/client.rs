//! A load of requests over one connection, or over many from one thread.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use crate::connection::{Connection, Progress, Request};

/// The result of one round of requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Round {
    /// Requests per second.
    pub(crate) throughput: f64,
    /// How long each request took, in nanoseconds.
    pub(crate) latencies: Vec<u32>,
}

/// Connections to one server, used for all rounds that are compared.
pub(crate) enum Client {
    /// One blocking connection, which has the least overhead.
    One(Box<Connection<TcpStream>>),
    /// Many non-blocking connections with one poll.
    Many {
        /// The poll.
        poll: Poll,
        /// The connections; the token of each is its index.
        connections: Vec<Connection<mio::net::TcpStream>>,
    },
}

impl Client {
    /// Connects.
    pub(crate) fn connect(address: SocketAddr, connections: usize) -> io::Result<Self> {
        if connections == 1 {
            return Ok(Self::One(Box::new(Connection::new(connect(address)?))));
        }
        let poll = Poll::new()?;
        let mut all = Vec::with_capacity(connections);
        for place in 0..connections {
            let stream = connect(address)?;
            stream.set_nonblocking(true)?;
            let mut connection = Connection::new(mio::net::TcpStream::from_std(stream));
            poll.registry().register(connection.stream_mut(), Token(place), Interest::READABLE)?;
            all.push(connection);
        }
        Ok(Self::Many { poll, connections: all })
    }

    /// Sends the requests in turn, one at a time on each connection, for this duration.
    pub(crate) fn run(&mut self, requests: &[Request], duration: Duration) -> io::Result<Round> {
        let start = Instant::now();
        let latencies = match self {
            Self::One(connection) => run_one(connection, requests, start + duration)?,
            Self::Many { poll, connections } => run_many(poll, connections, requests, start + duration)?,
        };
        #[expect(clippy::cast_precision_loss, reason = "a round has far fewer than 2^52 answers")]
        let answers = latencies.len() as f64;
        Ok(Round { throughput: answers / start.elapsed().as_secs_f64(), latencies })
    }
}

/// Connects to a server with the socket options of all rounds.
pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn run_one(
    connection: &mut Connection<TcpStream>,
    requests: &[Request],
    end: Instant,
) -> io::Result<Vec<u32>> {
    let mut latencies = Vec::with_capacity(64 * 1024);
    let mut sent = Instant::now();
    for request in requests.iter().cycle() {
        connection.exchange(request)?;
        let now = Instant::now();
        latencies.push(nanoseconds(now - sent));
        if now >= end {
            break;
        }
        sent = now;
    }
    Ok(latencies)
}

fn run_many(
    poll: &mut Poll,
    connections: &mut [Connection<mio::net::TcpStream>],
    requests: &[Request],
    end: Instant,
) -> io::Result<Vec<u32>> {
    let mut latencies = Vec::with_capacity(64 * 1024);
    let mut requests = requests.iter().cycle();
    let mut events = Events::with_capacity(connections.len());
    let mut sent = vec![Instant::now(); connections.len()];
    for (connection, request) in connections.iter_mut().zip(&mut requests) {
        connection.send(request)?;
    }
    let mut running = connections.len();
    while running > 0 {
        poll.poll(&mut events, None)?;
        for event in &events {
            let place = event.token().0;
            let connection = &mut connections[place];
            if !is_done(connection)? {
                continue;
            }
            let now = Instant::now();
            latencies.push(nanoseconds(now - sent[place]));
            match requests.next().filter(|_| now < end) {
                Some(request) => connection.send(request)?,
                None => running -= 1,
            }
            sent[place] = now;
        }
    }
    Ok(latencies)
}

/// Reads the available data; after a complete response there is none until the next request.
fn is_done(connection: &mut Connection<mio::net::TcpStream>) -> io::Result<bool> {
    loop {
        match connection.receive()? {
            Progress::Done => return Ok(true),
            Progress::Nothing => return Ok(false),
            Progress::Part => {}
        }
    }
}

fn nanoseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_nanos()).unwrap_or(u32::MAX)
}
