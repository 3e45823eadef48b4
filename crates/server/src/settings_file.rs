//! The file with settings: its values stand in for the defaults of the command line, and are checked
//! as if they had been given there.

use std::fs;
use std::path::Path;

use clap::Command;
use clap::error::{ContextKind, ContextValue};
use toml::{Table, Value};

use crate::error::StartError;

/// Below this, two names have little in common.
const LIKENESS: f64 = 0.8;

/// Names and values as they stand in the file.
pub(crate) fn read(file: &Path) -> Result<Table, StartError> {
    let wrong = |reason: String| StartError::File { file: file.to_owned(), reason };
    let text = fs::read_to_string(file).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    text.parse().map_err(|error| wrong(mistake(&text, &error)))
}

/// Where a text is no TOML and why, without the line itself: it may hold a password.
fn mistake(text: &str, error: &toml::de::Error) -> String {
    let place = error.span().map_or(0, |span| span.start);
    let before = text.get(..place).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}

/// The command with a value of the file as the default of its setting.
pub(crate) fn as_default(command: Command, (name, value): (String, Value)) -> Result<Command, String> {
    let text = match value {
        Value::String(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
            return Err(format!("the setting [{name}] takes one value, a text or a number"));
        }
    };
    let known = command.get_arguments().map(|one| one.get_id().as_str());
    let known: Vec<_> = known.filter(|known| *known != "config").collect();
    if !known.contains(&name.as_str()) {
        let meant = nearest(&name, known.iter().copied());
        let meant = meant.map_or_else(
            || format!("known are: [{}]", known.join("], [")),
            |meant| format!("did you mean [{meant}]?"),
        );
        return Err(format!("there is no setting [{name}]; {meant}"));
    }
    Ok(command.mut_arg(name, |setting| setting.default_value(text)))
}

/// The name that is most like one that is not known.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let likely = known.map(|known| (strsim::jaro_winkler(name, known), known));
    let likely = likely.filter(|(likeness, _)| *likeness > LIKENESS);
    likely.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, known)| known.to_owned())
}

/// Why a value of the file is refused, in the names that the file has.
pub(crate) fn reason(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let flag = text(ContextKind::InvalidArg);
    let name = flag.split(' ').next().unwrap_or_default().trim_start_matches('-').replace('-', "_");
    let allowed = match std::error::Error::source(error) {
        Some(source) => source.to_string(),
        None => format!("possible are: {}", text(ContextKind::ValidValue)),
    };
    format!("the setting [{name}] cannot be [{}]: {allowed}", text(ContextKind::InvalidValue))
}
