//! One document of a running service: its details, or the answer of the API.

use clap::ValueEnum;
use jiff::Timestamp;

use crate::client::{ClientFailure, Detail, Screen, details};

/// The format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// A line for each of the fields that matter to people
    Text,
    /// The answer of the API
    Json,
}

/// Shows a document.
pub(super) fn show(
    document: &str,
    fields: &[Detail],
    format: ShowFormat,
    screen: Screen,
) -> Result<(), ClientFailure> {
    match format {
        ShowFormat::Json => screen.print_json(document),
        ShowFormat::Text => {
            screen.print(&details(document, fields, screen, Timestamp::now().as_millisecond()))
        }
    }
}
