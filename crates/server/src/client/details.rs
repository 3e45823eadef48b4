//! The details of one document, a line a field.

use indicatif::HumanCount;
use tributary_domain::{Outline, date_values, keyword_values, number_values};

use super::answer::words;
use super::plain::plain;
use super::screen::Screen;
use super::times::ago;

/// A field to be shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail {
    /// What it is called.
    pub(crate) label: &'static str,
    /// Where it stands in the document.
    pub(crate) path: &'static str,
    /// How it is shown.
    pub(crate) kind: DetailKind,
}

impl Detail {
    pub(crate) const fn new(label: &'static str, path: &'static str, kind: DetailKind) -> Self {
        Self { label, path, kind }
    }
}

/// How a field is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DetailKind {
    /// As it is.
    Text,
    /// As text of several lines.
    Lines,
    /// In its color.
    Status,
    /// As it is, with how long ago that was.
    Time,
    /// With thousands separators.
    Number,
    /// As JSON, unless it is empty.
    Json,
}

/// The text of those fields that the document has; `now` in milliseconds since 1970.
pub(crate) fn details(document: &str, fields: &[Detail], screen: Screen, now: i64) -> String {
    let names: Vec<&str> =
        fields.iter().map(|field| field.path.split('.').next().unwrap_or_default()).collect();
    let outline = Outline::read(document, &names).unwrap_or_default();
    let width = fields.iter().map(|field| field.label.len()).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for field in fields {
        let mut shown = lines(&outline, field, screen, now).into_iter().filter(|line| !line.is_empty());
        if let Some(first) = shown.next() {
            let label = format!("{}:", field.label);
            text.extend([format!("{label:width$}{first}\n")]);
        }
        text.extend(shown.map(|line| format!("{:width$}{line}\n", "")));
    }
    text
}

fn lines(document: &Outline<'_>, field: &Detail, screen: Screen, now: i64) -> Vec<String> {
    let path = field.path;
    let shown = words(document, path);
    let line = match field.kind {
        DetailKind::Text => shown,
        DetailKind::Lines => {
            let values = keyword_values(document, path);
            return values.iter().flat_map(|value| value.lines()).map(plain).collect();
        }
        DetailKind::Status => screen.status(&shown),
        DetailKind::Time => match date_values(document, path).first() {
            Some(then) => format!("{shown} ({})", ago(*then, now)),
            None => shown,
        },
        DetailKind::Number => match number_values(document, path).first() {
            Some(number) => u64::try_from(*number).map_or(shown, |number| HumanCount(number).to_string()),
            None => shown,
        },
        DetailKind::Json => {
            let value = document.get_raw(path).map(|value| plain(value.get())).unwrap_or_default();
            if value == "{}" { String::new() } else { value }
        }
    };
    vec![line]
}
