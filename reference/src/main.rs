//! Generates `docs/openapi.json` and the references under `docs/reference` from the declarations and doc comments of
//! the crates; or checks that they are up to date, that no link of a page or of the built site is broken, and that the
//! code in the pages is the code of the project.

mod audit;
mod code;
mod configuration;
mod content;
mod diagram;
mod endpoints;
mod errors;
mod fields;
mod file;
mod links;
mod markdown;
mod shapes;
mod site;
mod statuses;
mod stores;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Parser;

use file::File;

/// Generates the references, or checks them.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask docs")]
struct CommandLine {
    /// Change nothing; fail if a reference is out of date
    #[arg(long)]
    check: bool,
    /// Also check the links of the site that was built into this folder
    #[arg(long, value_name = "FOLDER")]
    site: Option<PathBuf>,
}

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = files(&root)?;
    let command_line = CommandLine::parse();
    if command_line.check {
        let problems: Vec<String> = files.iter().filter_map(|file| file.difference(&root)).collect();
        if !problems.is_empty() {
            bail!("{}\nrun `cargo xtask docs` to write them anew", problems.join("\n"));
        }
    } else {
        for file in &files {
            file.write(&root)?;
        }
    }
    file::refuse_strangers(&root, &files)?;
    links::check(&root)?;
    code::check(&root)?;
    if let Some(folder) = command_line.site {
        site::check(&folder)?;
    }
    println!("{} references are up to date", files.len());
    Ok(())
}

/// Everything that is generated.
fn files(root: &Path) -> Result<Vec<File>> {
    let mut files = vec![
        File::new("docs/openapi.json", format!("{:#}\n", endpoints::document())),
        File::new("docs/reference/fields.md", fields::page()),
        File::new("docs/reference/statuses.md", statuses::page()),
        File::new("docs/reference/errors.md", errors::page()),
        File::new("docs/reference/configuration.md", configuration::page()),
        File::new("docs/reference/audit.md", audit::page()),
        File::new("docs/reference/content.md", content::page()),
        File::new("docs/reference/stores.md", stores::page(root)?),
    ];
    files.extend(endpoints::pages());
    files.extend(statuses::diagrams());
    Ok(files)
}
