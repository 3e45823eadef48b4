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
    /// The width that it may be shortened to, so that those that are kept can be seen.
    shortest: Option<usize>,
    /// Whether it and those before it are to be seen even on a narrow terminal.
    is_kept: bool,
}

impl Column {
    /// A column whose values stand on the left, for constants.
    pub(crate) const fn left(title: &'static str) -> Self {
        Self::new(Cow::Borrowed(title), Alignment::Left)
    }

    /// A column whose values stand on the right, such as numbers, for constants.
    pub(crate) const fn right(title: &'static str) -> Self {
        Self::new(Cow::Borrowed(title), Alignment::Right)
    }

    /// A column with a heading that is not known before.
    pub(crate) const fn new(title: Cow<'static, str>, alignment: Alignment) -> Self {
        Self { title, alignment, shortest: None, is_kept: false }
    }

    /// Which may be shortened to this width.
    pub(crate) const fn shortened_to(mut self, shortest: usize) -> Self {
        self.shortest = Some(shortest);
        self
    }

    /// Which is kept in sight, with those before it.
    pub(crate) const fn kept(mut self) -> Self {
        self.is_kept = true;
        self
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
        let widths = self.fitted();
        let text = heading.iter().chain(rows).map(|row| self.line(&widths, row)).collect();
        self.is_begun = true;
        text
    }

    /// The widths on this screen. If those that are kept in sight do not fit, columns are shortened, the last one first.
    fn fitted(&self) -> Vec<usize> {
        let mut widths = self.widths.clone();
        let last = self.columns.iter().rposition(|column| column.is_kept);
        let (Some(screen), Some(last)) = (self.screen.width, last) else { return widths };
        let taken = widths[..=last].iter().sum::<usize>() + last * GAP.len();
        let mut excess = taken.saturating_sub(screen);
        for (width, column) in widths[..=last].iter_mut().zip(self.columns).rev() {
            let spare = column.shortest.map_or(0, |shortest| width.saturating_sub(shortest));
            let less = spare.min(excess);
            *width -= less;
            excess -= less;
        }
        widths
    }

    fn line(&self, widths: &[usize], row: &[String]) -> String {
        let screen = self.screen.width.unwrap_or(usize::MAX);
        let mut line = String::new();
        let mut used = 0;
        for (place, ((column, width), cell)) in self.columns.iter().zip(widths).zip(row).enumerate() {
            let gap = if place == 0 { "" } else { GAP };
            let cell = truncate_str(cell, *width, CUT);
            let cell = pad_str(&cell, *width, column.alignment, None);
            let room = screen.saturating_sub(used + gap.len());
            if measure_text_width(cell.trim_end()) > room {
                // Nothing is left of a cell but its colors, if there is no room.
                let cut = if room == 0 { "".into() } else { truncate_str(&cell, room, CUT) };
                line.extend([gap, &cut]);
                break;
            }
            line.extend([gap, &cell]);
            used += gap.len() + width;
        }
        format!("{}\n", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_stays_in_sight() {
        let columns = [
            Column::left("ID").shortened_to(4),
            Column::left("OWNER").shortened_to(5),
            Column::left("STATUS").kept(),
            Column::right("NUMBER"),
        ];
        let owner = "o".repeat(20);
        let row = ["12345678", &owner, "\u{1b}[31merror\u{1b}[0m", "7"].map(str::to_owned);
        for (width, shown) in [
            (None, "12345678  oooooooooooooooooooo  \u{1b}[31merror\u{1b}[0m        7"),
            (Some(46), "12345678  oooooooooooooooooooo  \u{1b}[31merror\u{1b}[0m        7"),
            (Some(38), "12345678  oooooooooooooooooooo  \u{1b}[31merror\u{1b}[0m"),
            (Some(30), "12345678  ooooooooooo…  \u{1b}[31merror\u{1b}[0m"),
            (Some(19), "123…  oooo…  \u{1b}[31merror\u{1b}[0m"),
            (Some(13), "123…  oooo…"),
            (Some(1), "…"),
        ] {
            let screen = Screen::of_width(width);
            let text = Table::new(&columns, screen).rows(std::slice::from_ref(&row.to_vec()));
            assert_eq!(text.lines().nth(1), Some(shown), "{width:?}: {text}");
        }
    }
}
