//! Detects the layout of the input from its start: an object on each line, or values that span lines or are too large
//! for memory.

use std::io::{self, Read};

use serde_json::value::RawValue;

/// How many bytes are examined.
const START: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The first keys of responses of searches and lists.
const ANSWER_KEYS: &[&str] = &[
    "took",
    "timed_out",
    "hits",
    "results",
    "count",
    "docs",
    "_scroll_id",
    "pit_id",
    "_shards",
    "_clusters",
    "terminated_early",
    "num_reduce_phases",
    "is_partial",
    "aggregations",
    "error",
];

/// The layout of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// An object on each line.
    Lines,
    /// JSON values that are or contain documents, with any whitespace between them.
    Values,
    /// Not readable, for this reason.
    Unreadable(&'static str),
}

/// Reads the start of the input and detects the layout; returns the bytes that were read, without a byte order mark.
pub(super) fn find(input: &mut impl Read) -> io::Result<(Vec<u8>, Shape)> {
    let mut start = Vec::new();
    loop {
        let before = start.len();
        input.by_ref().take((START - before) as u64).read_some(&mut start)?;
        let is_all = start.len() == before || start.len() == START;
        if let Some(shape) = shape(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start), is_all) {
            if start.starts_with(BYTE_ORDER_MARK) {
                start.drain(..BYTE_ORDER_MARK.len());
            }
            return Ok((start, shape));
        }
    }
}

/// What is there now, as far as one call reads.
trait ReadSome: Read {
    fn read_some(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        let mut chunk = [0; 4_096];
        let length = loop {
            match self.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        into.extend_from_slice(&chunk[..length]);
        Ok(())
    }
}

impl<R: Read> ReadSome for R {}

/// The layout of input that starts with these bytes; `None` if more are needed.
fn shape(start: &[u8], is_all: bool) -> Option<Shape> {
    if start.starts_with(&[0x1f, 0x8b]) {
        return Some(Shape::Unreadable(
            "this is compressed by gzip; unpack it first: gunzip -c FILE | tributary import …",
        ));
    }
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Some(Shape::Unreadable("this is UTF-16; JSON has to be UTF-8"));
    }
    let otherwise = is_all.then_some(Shape::Lines);
    let text = start.trim_ascii_start();
    match text.first() {
        None => return otherwise,
        Some(b'[') => return Some(Shape::Values),
        Some(b'{') => {}
        Some(_) => return Some(Shape::Lines),
    }
    let line = text.iter().position(|byte| *byte == b'\n').map(|end| &text[..end]);
    if let Some(key) = first_key(text)
        && ANSWER_KEYS.contains(&key)
    {
        return Some(Shape::Values);
    }
    let Some(line) = line else { return otherwise };
    match serde_json::from_slice::<&RawValue>(line) {
        Err(error) if error.is_eof() => Some(Shape::Values),
        _ => Some(Shape::Lines),
    }
}

/// The first key of an object, if it is complete and without escapes.
fn first_key(object: &[u8]) -> Option<&str> {
    let key = object.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = key.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&key[..end]).ok()
}
