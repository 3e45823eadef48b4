//! The guide shows code that is really here, and names promises that really exist.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tributary_storage::conformance;

fn guide() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join("docs/writing-a-backend.md")).unwrap()
}

/// Every source file of this crate, each line without what stands before and after it.
fn sources() -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src", "tests"].map(|folder| fs::read_dir(root.join(folder)).unwrap()).into_iter().flatten();
    files.map(|file| lines(&fs::read_to_string(file.unwrap().path()).unwrap())).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.trim().lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_block_of_rust_is_in_the_sources() {
    let (guide, sources) = (guide(), sources());
    let blocks: Vec<&str> =
        guide.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 10, "the blocks were not found");
    for block in blocks {
        let wanted = lines(block);
        let found = sources.iter().any(|source| source.windows(wanted.len()).any(|part| part == wanted));
        assert!(found, "this code of the guide is not in the example:\n{block}");
    }
}

#[test]
fn every_promise_that_is_named_exists() {
    let guide = guide();
    let section = guide.split("## What usually goes wrong").nth(1).unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = rows.map(|row| row.trim_end_matches([' ', '|']).rsplit_once(" | ").unwrap().1);
    let named: BTreeSet<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let known: BTreeSet<&str> = conformance::promises().map(|promise| promise.name).collect();
    assert!(named.len() > 8, "the names were not found: {named:?}");
    assert!(named.is_subset(&known), "no such promise: {:?}", named.difference(&known));
}
