//! Helpers for Markdown.

use std::sync::LazyLock;

use regex_lite::Regex;

/// The notice on every generated page.
pub(crate) const GENERATED: &str = "<!-- Written by `cargo xtask docs`; change what it is made from. -->\n\n";

/// A table; cells may have any text.
#[derive(Debug)]
pub(crate) struct Table(String, bool);

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let rule = vec!["---"; columns.len()].join(" | ");
        Self(format!("| {} |\n| {rule} |\n", columns.join(" | ")), true)
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        let cells: Vec<String> =
            cells.iter().map(|cell| cell.trim().replace('\n', " ").replace('|', "\\|")).collect();
        self.0.push_str(&format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |"));
        self.1 = false;
    }

    /// The table, or nothing where it has no row.
    pub(crate) fn text(self) -> String {
        if self.1 { String::new() } else { self.0 }
    }
}

/// The text of a doc comment for readers of the references: links to items of the code become their names.
pub(crate) fn prose(comment: &str) -> String {
    static LINK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\[(`[^`\]]+`)\](\([^)]*\))?").expect("the expression is right"));
    let lines: Vec<&str> = comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    LINK.replace_all(lines.join("\n").trim(), "$1").into_owned()
}

/// A block of code.
pub(crate) fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

/// A name in the type of code, or nothing.
pub(crate) fn code(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("`{name}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_take_any_text() {
        let mut table = Table::new(&["a", "b"]);
        table.row(&["x|y", "two\nlines"]);
        assert_eq!(table.text(), "| a | b |\n| --- | --- |\n| x\\|y | two lines |\n");
        assert_eq!(Table::new(&["a"]).text(), "");
    }

    #[test]
    fn links_to_items_become_names() {
        assert_eq!(
            prose(" As [`a`](b::c) and [`d`] say.\n More [here](x.md)."),
            "As `a` and `d` say.\nMore [here](x.md)."
        );
    }
}
