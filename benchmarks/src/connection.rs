//! An HTTP connection with minimal overhead for each request.

use std::io::{self, Read, Write};

/// Larger than common responses, so that one `read` is enough.
const BUFFER: usize = 256 * 1024;

/// A request that is sent repeatedly.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    bytes: Box<[u8]>,
    /// The expected length of the response body; not checked if `None`.
    pub(crate) body: Option<usize>,
}

impl Request {
    /// A request with a body of JSON.
    pub(crate) fn post(target: &str, body: &str) -> Self {
        Self::with_body("POST", target, body)
    }

    fn with_body(method: &str, target: &str, body: &str) -> Self {
        let text = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Self { bytes: text.into_bytes().into(), body: None }
    }

    /// A request for a path with a query.
    pub(crate) fn new(target: &str) -> Self {
        let text = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");
        Self { bytes: text.into_bytes().into(), body: None }
    }

    /// A change; the body may be empty.
    pub(crate) fn put(target: &str, body: &str) -> Self {
        Self::with_body("PUT", target, body)
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The progress of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// No data is available; only on a non-blocking stream.
    Nothing,
    /// A part was read.
    Part,
    /// The response is complete.
    Done,
}

/// A connection that is kept alive, with one request at a time on it.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    stream: S,
    buffer: Box<[u8]>,
    /// Bytes of the head that were read so far.
    head: usize,
    /// Bytes of the body that are still to come, once the head is here.
    missing: Option<usize>,
    expected: Option<usize>,
    /// Where the body of the last answer stands in the buffer, if it came in one piece.
    body: std::ops::Range<usize>,
}

impl<S: Read + Write> Connection<S> {
    /// A connection over a connected stream.
    pub(crate) fn new(stream: S) -> Self {
        let buffer = vec![0; BUFFER].into_boxed_slice();
        Self { stream, buffer, head: 0, missing: None, expected: None, body: 0..0 }
    }

    /// The stream, to be registered with a poll.
    pub(crate) fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The stream alone, without a buffer.
    pub(crate) fn into_stream(self) -> S {
        self.stream
    }

    /// Sends a request; the answer to the one before must be here.
    pub(crate) fn send(&mut self, request: &Request) -> io::Result<()> {
        (self.head, self.missing, self.expected) = (0, None, request.body);
        // Small enough for the empty buffer of the socket.
        self.stream.write_all(&request.bytes)
    }

    /// Reads once; a stream that does not block may have nothing.
    pub(crate) fn receive(&mut self) -> io::Result<Progress> {
        let start = if self.missing.is_some() { 0 } else { self.head };
        let read = match self.stream.read(&mut self.buffer[start..]) {
            Ok(0) => return Err(wrong("the server closed the connection")),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Progress::Nothing),
            Err(error) => return Err(error),
        };
        let missing = if let Some(missing) = self.missing {
            self.body = 0..0;
            missing.checked_sub(read)
        } else {
            self.head += read;
            let Some(end) = self.buffer[..self.head].windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
                return Ok(Progress::Part);
            };
            let length = content_length(&self.buffer[..end])?;
            if self.expected.is_some_and(|expected| expected != length) {
                return Err(wrong(&format!(
                    "an answer of {length} bytes where {:?} were due",
                    self.expected
                )));
            }
            self.body = end + 4..self.head;
            (end + 4 + length).checked_sub(self.head)
        };
        self.missing = Some(missing.ok_or_else(|| wrong("more came than was announced"))?);
        Ok(if missing == Some(0) { Progress::Done } else { Progress::Part })
    }

    /// Sends a request and waits for the answer; only on a stream that blocks.
    pub(crate) fn exchange(&mut self, request: &Request) -> io::Result<()> {
        self.send(request)?;
        while self.receive()? != Progress::Done {}
        Ok(())
    }

    /// Sends a request and answers the body; only on a stream that blocks.
    pub(crate) fn fetch(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        self.send(request)?;
        let mut body = Vec::new();
        loop {
            let was_head = self.missing.is_none();
            let before = self.missing.unwrap_or_default();
            let progress = self.receive()?;
            let Some(missing) = self.missing else { continue };
            let piece = if was_head { self.body.clone() } else { 0..before - missing };
            body.extend_from_slice(&self.buffer[piece]);
            if progress == Progress::Done {
                return Ok(body);
            }
        }
    }
}

/// The length of the body, of an answer that is a success.
fn content_length(head: &[u8]) -> io::Result<usize> {
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return Err(wrong(&String::from_utf8_lossy(head)));
    }
    let name = b"content-length: ";
    let is_it = |line: &&[u8]| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name);
    let line = head.split(|byte| *byte == b'\n').find(is_it);
    let digits = line.and_then(|line| std::str::from_utf8(&line[name.len()..]).ok());
    digits.and_then(|digits| digits.trim().parse().ok()).ok_or_else(|| wrong("an answer without a length"))
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
