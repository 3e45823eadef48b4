//! Server-sent events.

use bytes::{BufMut as _, Bytes, BytesMut};

/// The media type of a stream of events.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// The text of an event; without an `id`, the client keeps that of the event before. Line breaks in the data are kept.
pub(crate) fn event(name: &str, id: Option<&str>, data: &[u8]) -> Bytes {
    let mut text = BytesMut::with_capacity(32 + name.len() + id.map_or(0, str::len) + data.len());
    if let Some(id) = id {
        field(&mut text, "id", id.as_bytes());
    }
    field(&mut text, "event", name.as_bytes());
    for line in lines(data) {
        field(&mut text, "data", line);
    }
    text.put_u8(b'\n');
    text.freeze()
}

/// Changes the `id` that the client has, without an event.
pub(crate) fn event_id(id: &str) -> Bytes {
    format!("id: {id}\n\n").into()
}

fn field(text: &mut BytesMut, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), b": ", value, b"\n"] {
        text.put_slice(part);
    }
}

/// The lines of a text: each of the three line breaks would end a line of an event.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').flat_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.split(|byte| *byte == b'\r')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_lines() {
        assert_eq!(event("changed", Some("7"), br#"{"a":1}"#), "id: 7\nevent: changed\ndata: {\"a\":1}\n\n");
        assert_eq!(event("end", None, b"{}"), "event: end\ndata: {}\n\n");
        assert_eq!(
            event("changed", None, b"{\n\"a\":\r\n1\r}"),
            "event: changed\ndata: {\ndata: \"a\":\ndata: 1\ndata: }\n\n"
        );
        assert_eq!(event_id("7"), "id: 7\n\n");
    }
}
