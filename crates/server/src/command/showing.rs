//! One document of a running service: its details, or the answer of the API.

use clap::ValueEnum;
use jiff::Timestamp;

use super::listing::one_line;
use crate::client::{ClientFailure, Detail, Screen, details};

/// The format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// What matters to people, as text
    Text,
    /// The answer of the API
    Json,
    /// The answer of the API on one line
    Ndjson,
}

impl ShowFormat {
    /// Writes an answer of the API, unless text is asked for; says whether it did.
    pub(super) fn print_json(self, answer: &str, screen: Screen) -> Result<bool, ClientFailure> {
        match self {
            Self::Text => return Ok(false),
            Self::Json => screen.print_json(answer)?,
            Self::Ndjson => screen.print_json(&one_line(answer.trim_end()))?,
        }
        Ok(true)
    }
}

/// Shows a document.
pub(super) fn show(
    document: &str,
    fields: &[Detail],
    format: ShowFormat,
    screen: Screen,
) -> Result<(), ClientFailure> {
    if format.print_json(document, screen)? {
        return Ok(());
    }
    screen.print(&details(document, fields, screen, Timestamp::now().as_millisecond()))
}
