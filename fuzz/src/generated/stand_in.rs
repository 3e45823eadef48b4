//! Stands in for the engine of the content indices: takes every request, and gives each the same answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::{io, thread};

/// Tells the version as `GET /` and `GET /_nodes` do.
const BODY: &str =
    r#"{"version":{"number":"9.5.0"},"nodes":{"a":{"version":"9.5.0"}},"status":"green","hits":{}}"#;

/// Starts it, for as long as the process runs.
pub(super) fn content_engine() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever went away needs no answer.
            thread::spawn(move || serve(&stream));
        }
    });
    Ok(address)
}

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(is_head) = read_request(&mut reader)? {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Elastic-Product: Elasticsearch";
        let body = if is_head { "" } else { BODY };
        stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", BODY.len()).as_bytes())?;
    }
    Ok(())
}

/// Reads a request; whether it is a `HEAD`, or none if the connection ends.
fn read_request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<bool>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        is_chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
    }
    if is_chunked {
        while skip_chunk(reader)? > 0 {}
    } else {
        io::copy(&mut reader.take(length), &mut io::sink())?;
    }
    Ok(Some(first.starts_with("HEAD ")))
}

/// Reads a chunk of a body, and says how long it is.
fn skip_chunk(reader: &mut BufReader<&TcpStream>) -> io::Result<u64> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
    // With the end of the line behind it.
    io::copy(&mut reader.take(length + 2), &mut io::sink())?;
    Ok(length)
}
