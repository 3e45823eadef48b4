//! Where the output goes: a terminal with a width and colours, or a file or pipe without.

use std::io::IsTerminal as _;

use anstyle_query::{clicolor, clicolor_force, no_color, term_supports_color};
use clap::{Args, ColorChoice};
use console::{Style, Term};

use super::failure::ClientFailure;
use super::plain::plain_json;
use crate::streams;

/// How the output is displayed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct DisplayOptions {
    /// Whether to use colors; auto uses them on a terminal, unless `NO_COLOR` is set and not empty
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

/// What the output is displayed on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// The width of the terminal in columns; `None` if it is none.
    pub(super) width: Option<usize>,
    has_colors: bool,
}

impl Screen {
    /// Standard output.
    pub(crate) fn new(options: DisplayOptions) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        Self {
            width: is_terminal.then(|| usize::from(Term::stdout().size().1)),
            has_colors: match options.color {
                ColorChoice::Auto => !no_color() && (clicolor_force() || (is_terminal && supports_colors())),
                ColorChoice::Always => true,
                ColorChoice::Never => false,
            },
        }
    }

    /// Standard output, for what has no colors.
    pub(crate) fn without_colors() -> Self {
        Self::new(DisplayOptions { color: ColorChoice::Never })
    }

    #[cfg(test)]
    pub(super) fn of_width(width: Option<usize>) -> Self {
        Self { width, has_colors: true }
    }

    /// Whether a person looks at it.
    pub(crate) fn is_terminal(self) -> bool {
        self.width.is_some()
    }

    /// The text in a style.
    pub(crate) fn styled(self, style: &Style, text: &str) -> String {
        if text.is_empty() {
            String::new()
        } else {
            style.clone().force_styling(self.has_colors).apply_to(text).to_string()
        }
    }

    /// A status word in its color.
    pub(crate) fn status(self, word: &str) -> String {
        let style = match word {
            "completed" | "connected" => Style::new().green(),
            "error" => Style::new().red(),
            "in_progress" | "configured" => Style::new().cyan(),
            "canceled" => Style::new().dim(),
            _ => Style::new().yellow(),
        };
        self.styled(&style, word)
    }

    /// Writes text to standard output.
    #[expect(clippy::unused_self, reason = "the text was made for this screen")]
    pub(crate) fn print(self, text: &str) -> Result<(), ClientFailure> {
        Ok(streams::say(text)?)
    }

    /// Writes JSON to standard output: to the letter, except for control characters on a terminal.
    pub(crate) fn print_json(self, text: &str) -> Result<(), ClientFailure> {
        let text = text.trim_end();
        if text.is_empty() {
            return Ok(());
        }
        if self.is_terminal() {
            self.print(&format!("{}\n", plain_json(text)))
        } else {
            self.print(&format!("{text}\n"))
        }
    }
}

fn supports_colors() -> bool {
    clicolor() != Some(false) && term_supports_color()
}
