//! The README's table of endpoints is that of the declarations.
#![allow(missing_docs, reason = "a test")]

use std::fmt::Write as _;

use tributary_api::ENDPOINTS;

#[test]
fn the_readme_lists_every_endpoint() {
    let mut table = String::from("| request | what it does |\n| --- | --- |\n");
    for endpoint in ENDPOINTS {
        let mark = if endpoint.extension { "*" } else { "" };
        let _ = writeln!(
            table,
            "| `{} {}` | {mark}{}{mark} |",
            endpoint.method,
            endpoint.path,
            endpoint.summary.trim_end_matches('.')
        );
    }
    let readme = include_str!("../../../README.md");
    let listed = readme
        .split_once("<!-- endpoints -->\n")
        .and_then(|(_, rest)| rest.split_once("<!-- /endpoints -->"))
        .map(|(listed, _)| listed);
    assert_eq!(listed, Some(table.as_str()), "put this table into README.md:\n{table}");
}
