//! Input with an object on each line.

use std::io::{self, BufRead, Read};

use serde_json::value::RawValue;

use super::intake::{Intake, Stopped};
use super::item::in_words;

/// The longest line that is read: the default limit of a request to the engines.
const LINE_BYTES: u64 = 100 << 20;

/// Processes every line; blank lines are ignored.
pub(super) fn read(intake: &mut Intake, mut input: impl BufRead) -> io::Result<Result<(), Stopped>> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if input.by_ref().take(LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() as u64 == LINE_BYTES && !bytes.ends_with(b"\n") {
            intake
                .take_nonsense(line, "the line is longer than 100 MiB; nothing after it was read".to_owned());
            break;
        }
        let text = bytes.trim_ascii();
        if text.is_empty() {
            continue;
        }
        match object(text) {
            Ok(text) => {
                if let Err(Stopped) = intake.take(line, text) {
                    return Ok(Err(Stopped));
                }
            }
            Err(reason) => intake.take_nonsense(line, reason),
        }
    }
    Ok(Ok(()))
}

/// The text, if it is a JSON object.
fn object(text: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(text)
        .map_err(|error| format!("this is not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
    serde_json::from_str::<&RawValue>(text)
        .map_err(|error| format!("this is no JSON: {}", in_words(&error)))?;
    if text.starts_with('{') { Ok(text) } else { Err("this is no JSON object".to_owned()) }
}
