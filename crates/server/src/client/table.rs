//! Tables: aligned columns, one line a row, cut to the width of a terminal.

use std::borrow::Cow;

use console::{Alignment, Style, measure_text_width, pad_str, truncate_str};

use super::screen::Screen;

/// Between columns.
const GAP: &str = "  ";
/// At the end of a line that is cut.
const CUT: &str = "…";

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: Cow<'static, str>,
    /// Where its values stand.
    pub(crate) alignment: Alignment,
}

impl Column {
    /// A column whose values stand on the left, for constants.
    pub(crate) const fn left(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), alignment: Alignment::Left }
    }

    /// A column whose values stand on the right, such as numbers, for constants.
    pub(crate) const fn right(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), alignment: Alignment::Right }
    }
}

/// A table that is written in pieces, which have the same widths where possible.
#[derive(Debug)]
pub(crate) struct Table<'c> {
    columns: &'c [Column],
    widths: Vec<usize>,
    screen: Screen,
    is_begun: bool,
}

impl<'c> Table<'c> {
    /// An empty table.
    pub(crate) fn new(columns: &'c [Column], screen: Screen) -> Self {
        let widths = columns.iter().map(|column| column.title.len()).collect();
        Self { columns, widths, screen, is_begun: false }
    }

    /// With columns that are at least so wide.
    pub(crate) fn at_least(mut self, widths: &[usize]) -> Self {
        for (width, least) in self.widths.iter_mut().zip(widths) {
            *width = (*width).max(*least);
        }
        self
    }

    /// The text of further rows, with the headings before the first. Cells may have colors, but no other control
    /// characters.
    pub(crate) fn rows(&mut self, rows: &[Vec<String>]) -> String {
        for row in rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(measure_text_width(cell));
            }
        }
        let bold = Style::new().bold();
        let heading = || self.columns.iter().map(|column| self.screen.styled(&bold, &column.title)).collect();
        let heading: Option<Vec<String>> = (!self.is_begun).then(heading);
        let text = heading.iter().chain(rows).map(|row| self.line(row)).collect();
        self.is_begun = true;
        text
    }

    fn line(&self, row: &[String]) -> String {
        let cells = self.columns.iter().zip(&self.widths).zip(row);
        let cells = cells.map(|((column, width), cell)| pad_str(cell, *width, column.alignment, None));
        let line = cells.collect::<Vec<_>>().join(GAP);
        let line = line.trim_end();
        let line = self.screen.width.map_or(line.into(), |width| truncate_str(line, width, CUT));
        format!("{}\n", line.trim_end())
    }
}
