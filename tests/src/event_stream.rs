//! Server-sent events, read as they arrive.

use std::io;

use crate::answer::Answer;
use crate::connection::Connection;
use crate::server::Server;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerEvent {
    /// What it is about.
    pub name: String,
    /// Its data.
    pub data: String,
}

/// The events of one connection; the iterator ends with the answer.
#[derive(Debug)]
pub struct EventStream {
    connection: Connection,
    answer: Answer,
    /// What has arrived of the next event.
    received: Vec<u8>,
    last_id: Option<String>,
}

impl EventStream {
    /// Asks for events, and reads the head of the answer.
    fn open(mut connection: Connection, target: &str, headers: &str) -> io::Result<Self> {
        connection.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes())?;
        let answer = connection.read_head()?.expect(200);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"), "{answer:?}");
        Ok(Self { connection, answer, received: Vec::new(), last_id: None })
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.answer.header(name)
    }

    /// The latest id, which a client reconnects with.
    ///
    /// # Panics
    /// If there was none yet.
    pub fn last_id(&self) -> &str {
        self.last_id.as_deref().expect("an id")
    }

    /// The next event, which has to be there.
    ///
    /// # Panics
    /// If the answer has ended.
    pub fn expect_next(&mut self) -> ServerEvent {
        self.next().expect("one more event")
    }

    /// Takes the next event from what has arrived; nothing if it is not complete.
    fn take(&mut self) -> Option<String> {
        let end = self.received.windows(2).position(|two| two == b"\n\n")?;
        let rest = self.received.split_off(end + 2);
        let text = std::mem::replace(&mut self.received, rest);
        Some(String::from_utf8(text).expect("events are text"))
    }

    /// Reads the lines of an event; none for a comment, and for an id alone.
    fn parse(&mut self, text: &str) -> Option<ServerEvent> {
        let lines = || text.lines().filter_map(|line| line.split_once(": "));
        let value = |field: &str| lines().find(|(name, _)| *name == field).map(|(_, value)| value.to_owned());
        self.last_id = value("id").or_else(|| self.last_id.take());
        Some(ServerEvent { name: value("event")?, data: value("data")? })
    }
}

impl Iterator for EventStream {
    type Item = ServerEvent;

    /// Waits for the next event.
    ///
    /// # Panics
    /// If the answer is cut, or nothing arrives for long, not even a comment.
    fn next(&mut self) -> Option<ServerEvent> {
        loop {
            while let Some(text) = self.take() {
                let event = self.parse(&text);
                if event.is_some() {
                    return event;
                }
            }
            if !self.connection.read_chunk(&mut self.received).expect("the answer is not cut") {
                assert!(self.received.is_empty(), "half an event: {:?}", self.received);
                return None;
            }
        }
    }
}

impl Server {
    /// The events of a target, on a connection of its own, with more headers, each with its line end.
    ///
    /// # Panics
    /// If there is another answer.
    pub fn events(&self, target: &str, headers: &str) -> EventStream {
        EventStream::open(self.connect(), target, headers)
            .unwrap_or_else(|error| panic!("{target} has no answer: {error}; {}", self.log()))
    }
}
