//! Checks of every source file: its size and name, and thin handlers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::workspace::root;

/// The maximum lines of a file, except for tests.
const MAXIMUM_LINES: usize = 320;
/// The maximum lines of a handler.
const MAXIMUM_HANDLER_LINES: usize = 25;
/// File names without meaning.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "misc", "common"];
/// Calls that handlers must not make: only use cases call the store.
const STORE_CALLS: &[&str] = &["StoreExt", "store()."];
/// Code that the domain must not contain: clocks, waiting, input and output.
const IMPURE: &[&str] = &[
    "async fn",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "std::fs",
    "std::net",
    "std::env",
    "println!",
];

/// Checks every source file of the workspace.
pub(crate) fn check() -> Result<()> {
    let mut files = Vec::new();
    for folder in ["crates", "engines", "reference", "xtask", "tests", "fuzz", "benchmarks", "examples"] {
        let before = files.len();
        collect(&root().join(folder), &mut files)?;
        ensure!(files.len() > before, "the sources in {folder} were not found");
    }
    for file in files {
        check_file(&file, &fs::read_to_string(&file)?)?;
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn check_file(file: &Path, text: &str) -> Result<()> {
    let name = file.display();
    ensure!(text.starts_with("//! "), "{name} does not say in its first line what it is for");
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    ensure!(!EMPTY_NAMES.contains(&stem), "{name} has a name that says nothing");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let is_test = stem.ends_with("tests")
        || file.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "benches");
    let lines = code.lines().count();
    ensure!(is_test || lines <= MAXIMUM_LINES, "{name} has {lines} lines, more than {MAXIMUM_LINES}");
    if file.components().any(|part| part.as_os_str() == "domain") {
        let found = IMPURE.iter().find(|word| {
            code.lines().any(|line| line.contains(**word) && !line.trim_start().starts_with("//"))
        });
        ensure!(
            found.is_none(),
            "{name} is in the domain, which is pure, and has [{}]",
            found.unwrap_or(&"")
        );
    }
    if file.components().any(|part| part.as_os_str() == "routes") {
        let found = STORE_CALLS.iter().find(|call| code.contains(**call));
        ensure!(
            found.is_none(),
            "{name} has [{}]: calls of the store belong into a use case in crates/service",
            found.unwrap_or(&"")
        );
        check_handlers(&name.to_string(), text)?;
    }
    Ok(())
}

fn check_handlers(file: &str, text: &str) -> Result<()> {
    let mut start = None;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("async fn") || line.starts_with("pub(super) async fn") {
            start = Some(number);
        } else if line == "}"
            && let Some(start) = start.take()
        {
            let lines = number - start + 1;
            ensure!(lines <= MAXIMUM_HANDLER_LINES, "{file}:{start} is a handler of {lines} lines");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_can_fail() {
        let fails = |file: &str, text: &str| check_file(Path::new(file), text).is_err();
        assert!(!fails("a/src/fine.rs", "//! Fine.\n"));
        assert!(fails("a/src/bare.rs", "fn main() {}\n"));
        assert!(fails("a/src/utils.rs", "//! Things.\n"));
        assert!(fails("a/src/long.rs", &format!("//! Long.\n{}", "\n".repeat(400))));
        assert!(fails("crates/domain/src/now.rs", "//! Now.\nlet now = SystemTime::now();\n"));
        assert!(fails("a/routes/handler.rs", "//! Handler.\ncall.store().get(collection, &id);\n"));
        assert!(!fails("a/routes/handler.rs", "//! Handler.\nsync_job::get(call.store(), &id);\n"));
        let handler = format!("//! Handler.\nasync fn handle() {{\n{}}}\n", "\n".repeat(30));
        assert!(fails("a/routes/handler.rs", &handler));
    }
}
