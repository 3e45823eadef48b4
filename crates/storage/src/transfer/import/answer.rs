//! Reads input of JSON values with documents in them: search responses, lists, arrays, formatted in any way. Each
//! document is processed as soon as it is read.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use tributary_domain::Document;

use super::intake::{Intake, Stopped};

/// Reads the documents of every value.
pub(super) fn read(intake: &mut Intake, input: impl BufRead) -> io::Result<Result<(), Stopped>> {
    let line = Cell::new(1);
    let mut values = serde_json::Deserializer::from_reader(Counted { input, line: &line });
    let mut reader = ObjectReader { intake, line: &line, is_stopped: false };
    // Only whitespace is left after the last value.
    while values.end().is_err() {
        if let Err(error) = values.deserialize_any(InputValue(&mut reader)) {
            if reader.is_stopped {
                return Ok(Err(Stopped));
            }
            if error.is_io() {
                return Err(error.into());
            }
            let message = error.to_string();
            let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
            let line = if error.line() == 0 { line.get() } else { error.line() as u64 };
            let reason = format!("{reason}, at column {}; nothing from here on was read", error.column());
            reader.intake.complain(line, reason);
            break;
        }
    }
    Ok(Ok(()))
}

/// A reader that counts lines.
struct Counted<'l, R> {
    input: R,
    line: &'l Cell<u64>,
}

impl<R: BufRead> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        let lines = memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64;
        self.line.set(self.line.get() + lines);
        Ok(length)
    }
}

/// The state while the values are read.
struct ObjectReader<'w> {
    intake: &'w mut Intake,
    line: &'w Cell<u64>,
    is_stopped: bool,
}

impl ObjectReader<'_> {
    fn take<E: Error>(&mut self, text: &str) -> Result<(), E> {
        self.intake.take(self.line.get(), text).map_err(|Stopped| {
            self.is_stopped = true;
            E::custom("the transfer has stopped")
        })
    }
}

/// A value of the input: a response, an array of documents, or a document.
struct InputValue<'a, 'w>(&'a mut ObjectReader<'w>);

impl<'de> Visitor<'de> for InputValue<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object or an array of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<(), A::Error> {
        DocumentArray(self.0).visit_seq(elements).map(drop)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let Self(reader) = self;
        let mut others = Document::default();
        let (mut has_documents, mut contained, mut matching) = (false, 0, 0);
        while let Some(name) = fields.next_key::<String>()? {
            match name.as_str() {
                "hits" => {
                    (contained, matching) = fields.next_value_seed(HitsObject(reader))?;
                    has_documents = true;
                }
                "results" | "docs" => {
                    contained = fields.next_value_seed(DocumentArray(reader))?;
                    has_documents = true;
                }
                "aggregations" | "profile" | "suggest" => drop(fields.next_value::<IgnoredAny>()?),
                _ if others.contains(&name) => {
                    return Err(Error::custom(format!("duplicate field [{name}]")));
                }
                _ => others.set_raw(&name, fields.next_value()?),
            }
        }
        if has_documents {
            let count = others.get_raw("count").and_then(|count| serde_json::from_str(count.get()).ok());
            reader.intake.take_totals(count.unwrap_or(matching), contained);
            return Ok(());
        }
        match others.get_raw("error") {
            Some(error) if !others.contains("id") && !others.contains("_id") => {
                let reason = format!("this is the error that a server answered: {}", shortened(error));
                reader.intake.complain(reader.line.get(), reason);
                Ok(())
            }
            _ => reader.take(&others.to_json()),
        }
    }
}

fn shortened(value: &RawValue) -> String {
    value.get().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

/// The object under `hits`; yields the number of documents in it and the number of matches.
struct HitsObject<'a, 'w>(&'a mut ObjectReader<'w>);

impl<'de> DeserializeSeed<'de> for HitsObject<'_, '_> {
    type Value = (u64, u64);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(u64, u64), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HitsObject<'_, '_> {
    type Value = (u64, u64);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the [hits] of an answer of _search")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(u64, u64), A::Error> {
        let (mut contained, mut matching) = (0, 0);
        while let Some(name) = fields.next_key::<String>()? {
            match name.as_str() {
                "hits" => contained = fields.next_value_seed(DocumentArray(self.0))?,
                "total" => matching = total(&fields.next_value::<Box<RawValue>>()?),
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok((contained, matching))
    }
}

/// A total as a number or as an object with its `value`.
fn total(total: &RawValue) -> u64 {
    let number = |text: &RawValue| serde_json::from_str(text.get()).ok();
    let value = || Document::parse(total.get()).ok().and_then(|total| number(total.get_raw("value")?));
    number(total).or_else(value).unwrap_or_default()
}

/// An array of documents; yields their number.
struct DocumentArray<'a, 'w>(&'a mut ObjectReader<'w>);

impl<'de> DeserializeSeed<'de> for DocumentArray<'_, '_> {
    type Value = u64;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for DocumentArray<'_, '_> {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of documents")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<u64, A::Error> {
        let mut contained = 0;
        while let Some(document) = elements.next_element::<Box<RawValue>>()? {
            self.0.take(document.get())?;
            contained += 1;
        }
        Ok(contained)
    }
}
