//! Checks that code in the pages is from this project, and that the files that they mention exist.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::links::{pages, shown};

/// The folders whose files are checked.
const FOLDERS: &[&str] =
    &["benchmarks", "crates", "deploy", "docs", "engines", "examples", "reference", "tests", "xtask"];
/// The folders with code for pages.
const SOURCES: &[&str] = &["crates", "examples"];

/// Fails if a Rust block of a page is in no source file, or if a mentioned file does not exist.
pub(crate) fn check(root: &Path) -> Result<()> {
    let mut sources = Vec::new();
    for folder in SOURCES {
        read(&root.join(folder), &mut sources)?;
    }
    let mut problems = Vec::new();
    for page in pages(root)? {
        let (blocks, names) = parts(&fs::read_to_string(&page)?);
        let page = shown(root, &page);
        for block in blocks {
            let wanted = lines(&block);
            if !sources.iter().any(|source| source.windows(wanted.len()).any(|part| part == wanted)) {
                problems.push(format!("{page}: this code is in no source file:\n{block}"));
            }
        }
        let missing = names.iter().filter(|name| is_path(name) && !root.join(name).exists());
        problems.extend(missing.map(|name| format!("{page}: there is no {name}")));
    }
    if problems.is_empty() { Ok(()) } else { bail!("{}", problems.join("\n")) }
}

/// The Rust blocks, and all inline code.
fn parts(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut blocks, mut names) = (Vec::new(), Vec::new());
    let mut block: Option<String> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if &*language == "rust" => {
                block = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(block.take()),
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.push_str(&text);
                }
            }
            Event::Code(name) => names.push(name.into_string()),
            _ => {}
        }
    }
    (blocks, names)
}

/// Whether a text is the path of a file or folder of the project.
fn is_path(name: &str) -> bool {
    let is_folder = |folder: &str| FOLDERS.contains(&folder);
    name.split_once('/').is_some_and(|(folder, _)| is_folder(folder))
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter))
}

/// The lines without surrounding whitespace.
fn lines(text: &str) -> Vec<String> {
    text.trim().lines().map(|line| line.trim().to_owned()).collect()
}

fn read(folder: &Path, sources: &mut Vec<Vec<String>>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            read(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(lines(&fs::read_to_string(path)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_names_are_found() {
        let (blocks, names) = parts("`docs/x.md` and `a b`\n\n```rust\nlet a;\n```\n\n```sh\nb\n```\n");
        assert_eq!(blocks, ["let a;\n"]);
        assert_eq!(names, ["docs/x.md", "a b"]);
        assert!(is_path("docs/x.md") && is_path("crates/api"));
        assert!(!is_path("a/b") && !is_path("docs") && !is_path("tests/*.rs"));
    }
}
