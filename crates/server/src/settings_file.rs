//! The settings file: its values replace the defaults of the command line, and are validated in the same way.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use clap::Command;
use clap::error::{ContextKind, ContextValue};
use toml::{Table, Value};
use tributary_domain::similar_name;

use crate::error::StartError;

/// The names and values of the file.
pub(crate) fn read(file: &Path) -> Result<Table, StartError> {
    let wrong = |reason: String| StartError::File { file: file.to_owned(), reason };
    let text = fs::read_to_string(file).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    text.parse().map_err(|error| wrong(mistake(&text, &error)))
}

/// The position and reason of a TOML error, without the line itself: it may contain a password.
fn mistake(text: &str, error: &toml::de::Error) -> String {
    let place = error.span().map_or(0, |span| span.start);
    let before = text.get(..place).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}

/// The command with a value of the file as the default of its setting; `tables` are the allowed tables.
pub(crate) fn as_default(
    command: Command,
    (name, value): (String, Value),
    tables: &[&str],
) -> Result<Command, String> {
    let known = command.get_arguments().map(|one| one.get_id().as_str());
    let known: Vec<_> = known.filter(|known| *known != "config").collect();
    if !known.contains(&name.as_str()) {
        let is_table = value.is_table();
        let what = if is_table { "table" } else { "setting" };
        let meant = similar_name(&name, known.iter().chain(tables).copied());
        let meant = meant.map_or_else(
            || format!("known are: [{}]", if is_table { tables.join("], [") } else { known.join("], [") }),
            |meant| format!("did you mean [{meant}]?"),
        );
        return Err(format!("there is no {what} [{name}]; {meant}"));
    }
    let text = match value {
        Value::String(text) => text,
        Value::Integer(number) => number.to_string(),
        // The source text of the number: 2.0 is not an integer.
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
            let found = described(&value);
            return Err(format!("the setting [{name}] takes one value, a text or a number, and not {found}"));
        }
    };
    Ok(command.mut_arg(name, |setting| setting.default_value(text)))
}

/// The type of a value, for messages.
pub(crate) fn described(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a number",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// A rejected value, for messages about the file or the environment.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The setting's name in the file; empty if unknown.
    pub(crate) name: String,
    /// Why its value is rejected, and what is allowed.
    pub(crate) reason: String,
}

impl Refused {
    /// Converts a command line error about a value.
    pub(crate) fn of(error: &clap::Error) -> Self {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => text.clone(),
            Some(ContextValue::Strings(texts)) => texts.join(", "),
            _ => String::new(),
        };
        let flag = text(ContextKind::InvalidArg);
        let name =
            flag.split([' ', '[', '=']).next().unwrap_or_default().trim_start_matches('-').replace('-', "_");
        let allowed = match error.source() {
            Some(source) => source.to_string(),
            None => format!("possible are: {}", text(ContextKind::ValidValue)),
        };
        Self { name, reason: format!("cannot be [{}]: {allowed}", text(ContextKind::InvalidValue)) }
    }
}
