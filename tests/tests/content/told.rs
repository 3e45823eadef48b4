//! An engine that does as it is told, and remembers what it was sent.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NODES: &str = r#"{"nodes":{"a":{"version":"3.8.0"}}}"#;

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// Sends these bytes, and keeps the connection.
    Answer(String),
    /// Sends these bytes, and closes it.
    Close(String),
    /// Does nothing for so long.
    Wait(Duration),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: usize,
}

/// An engine on a port of its own.
#[derive(Debug)]
pub(crate) struct ToldEngine {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

/// An answer with a body of JSON.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}

impl ToldEngine {
    pub(crate) fn new(told: Told) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let remembered = Arc::clone(&received);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (told, remembered) = (told.clone(), Arc::clone(&remembered));
                std::thread::spawn(move || serve(&stream, &told, &remembered));
            }
        });
        Self { url, received }
    }

    /// The last request that was passed on.
    pub(crate) fn last(&self) -> Received {
        self.received.lock().unwrap().last().cloned().expect("a request was passed on")
    }

    pub(crate) fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

fn serve(mut stream: &TcpStream, told: &Told, remembered: &Mutex<Vec<Received>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let lower = head.to_lowercase();
        let is_chunked = lower.contains("transfer-encoding: chunked");
        let length =
            lower.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let body = if is_chunked { chunks(&mut reader)? } else { skip(&mut reader, length.unwrap_or(0))? };
        if head.contains(" /_nodes") {
            stream.write_all(answer("200 OK", "", NODES).as_bytes()).ok()?;
            continue;
        }
        if head.contains(" /_ingest") {
            stream.write_all(answer("200 OK", "", r#"{"search-default-ingestion":{}}"#).as_bytes()).ok()?;
            continue;
        }
        remembered.lock().unwrap().push(Received { head, body });
        match told {
            Told::Answer(bytes) => stream.write_all(bytes.as_bytes()).ok()?,
            Told::Close(bytes) => return stream.write_all(bytes.as_bytes()).ok(),
            Told::Wait(time) => std::thread::sleep(*time),
        }
    }
}

fn skip(reader: &mut impl BufRead, length: u64) -> Option<usize> {
    let read = std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
    (read == length).then_some(usize::try_from(length).ok()?)
}

fn chunks(reader: &mut impl BufRead) -> Option<usize> {
    let mut whole = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = u64::from_str_radix(line.trim(), 16).ok()?;
        whole += skip(reader, length)?;
        skip(reader, 2)?;
        if length == 0 {
            return Some(whole);
        }
    }
}
