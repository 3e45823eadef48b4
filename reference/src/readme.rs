//! The tables of the README, between the comments that name them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{configuration, endpoints};

/// The README with its tables as they have to be.
pub(crate) fn text(root: &Path) -> Result<String> {
    let readme = fs::read_to_string(root.join("README.md")).context("there is no README.md")?;
    let tables = [
        (
            "endpoints",
            endpoints::table(|page, title| {
                format!("[`{title}`](docs/reference/{page}.md#{})", crate::links::anchor(title))
            }),
        ),
        ("settings", configuration::settings()),
        ("backend settings", configuration::backend_settings()),
    ];
    tables.iter().try_fold(readme, |readme, (name, table)| with_table(&readme, name, table))
}

fn with_table(readme: &str, name: &str, table: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let missing = || format!("README.md has no place for the table of {name}: {begin}");
    let (before, rest) = readme.split_once(&begin).with_context(missing)?;
    let (_, after) = rest.split_once(&end).with_context(missing)?;
    Ok(format!("{before}{begin}{table}{end}{after}"))
}
