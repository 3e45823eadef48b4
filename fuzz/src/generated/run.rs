//! Sends generated requests to a service, over several connections.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tributary_tests::Connection;

use super::{GeneratedRequest, Generator, Tally};

/// Sends so many requests with an API key over so many connections, and counts what comes of them; `observe` hears how
/// many are done, after each ten-thousandth.
///
/// # Panics
/// If the service cannot be connected to.
pub fn run(
    address: SocketAddr,
    key: &str,
    requests: u64,
    connections: u64,
    seed: u64,
    observe: impl Fn(u64) + Sync,
) -> Tally {
    let (sent, total) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        for name in 0..connections {
            let (sent, total, observe) = (&sent, &total, &observe);
            scope.spawn(move || {
                let mut worker = Worker::new(address, key, Generator::new(seed, name));
                loop {
                    let number = sent.fetch_add(1, Ordering::Relaxed) + 1;
                    if number > requests {
                        break;
                    }
                    worker.exchange();
                    if number.is_multiple_of(10_000) {
                        observe(number);
                    }
                }
                total.lock().expect("no worker fails here").add(worker.tally);
            });
        }
    });
    total.into_inner().expect("no worker failed")
}

struct Worker {
    address: SocketAddr,
    authorization: String,
    connection: Connection,
    generator: Generator,
    tally: Tally,
}

impl Worker {
    fn new(address: SocketAddr, key: &str, generator: Generator) -> Self {
        let authorization = format!("ApiKey {key}");
        Self { address, authorization, connection: connect(address), generator, tally: Tally::default() }
    }

    fn exchange(&mut self) {
        let request = self.generator.next_request();
        let GeneratedRequest { endpoint, method, target, body } = &request;
        let media_type = body.as_ref().map(|(media_type, _)| ("Content-Type", *media_type));
        let authorization = ("Authorization", &*self.authorization);
        let headers: Vec<(&str, &str)> = media_type.into_iter().chain([authorization]).collect();
        let bytes = body.as_ref().map(|(_, bytes)| &bytes[..]);
        match self.connection.request(method, target, &headers, bytes) {
            Ok(answer) => {
                self.tally.count(endpoint, answer.status);
                if answer.status >= 500 {
                    self.tally.fail(format!("{} for {}", answer.status, told(&request)));
                }
                self.generator.learn(&request, answer.status, &answer.body);
                if answer.header("connection") == Some("close") {
                    self.connection = connect(self.address);
                }
            }
            Err(error) => {
                self.tally.fail(format!("no answer ({error}) to {}", told(&request)));
                self.connection = connect(self.address);
            }
        }
    }
}

fn connect(address: SocketAddr) -> Connection {
    Connection::open(address).expect("a running service accepts connections")
}

fn told(request: &GeneratedRequest) -> String {
    let body = request.body.as_ref().map(|(_, body)| String::from_utf8_lossy(body).into_owned());
    format!("{} {} {}", request.method, request.target, body.unwrap_or_default())
}
