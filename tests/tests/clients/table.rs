//! The documentation page with the methods of each client that are covered.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::Outcome;
use crate::catalog::{Client, root};

const PAGE: &str = "docs/reference/clients.md";
/// The environment variable to write the page instead of comparing it.
const WRITE: &str = "TRIBUTARY_WRITE_DOCS";
const COMMAND: &str = "TRIBUTARY_WRITE_DOCS=1 cargo test --package tributary-tests --test clients";

/// Compares the page with the reports, or writes it if requested.
pub(crate) fn check(outcomes: &Vec<(&Client, &Outcome)>) {
    let page = page(outcomes);
    let path = root().join(PAGE);
    if std::env::var_os(WRITE).is_some_and(|value| !value.is_empty()) {
        fs::write(path, page).expect("the docs can be written");
        return;
    }
    let present = fs::read_to_string(path).unwrap_or_default();
    assert!(present == page, "{PAGE} is stale, write it by `{COMMAND}`; it has to be\n{page}");
}

fn page(outcomes: &Vec<(&Client, &Outcome)>) -> String {
    let mut text = format!("<!-- Written by `{COMMAND}`. -->\n\n# Clients\n\n");
    text.push_str(
        "Elasticsearch's official clients work unmodified. The tests install them from their registries and go \
         through every method that they have of the Connector and Connector sync job APIs, over the embedded \
         store with TLS and over OpenSearch without, and check what comes back. A method that a new version of a \
         client brings fails the tests until it is covered.\n\nThey authenticate with an [API \
         key](../security.md), in its encoded form or, where a client has it, as id and secret, and create, find, \
         check and invalidate keys by their own `security` methods, which are not counted here.\n\n| client | version | methods | covered |\n| --- | --- | --- | --- |\n",
    );
    for (client, outcome) in outcomes {
        let covered = outcome.has.keys().filter(|method| outcome.called.contains_key(*method)).count();
        let _ =
            writeln!(text, "| {} | {} | {} | {covered} |", client.title, client.version(), outcome.has.len());
    }
    text.push_str(
        "\n## Methods\n\nA method by its name in Elasticsearch's API specification, and as each client calls \
         it. Where there is no name, the client has no such method.\n\n",
    );
    let names: Vec<String> = outcomes.iter().map(|(client, _)| heading(client)).collect();
    let _ = writeln!(text, "| method | {} |", names.join(" | "));
    let _ = writeln!(text, "| --- |{}", " --- |".repeat(names.len()));
    let methods: BTreeSet<&String> = outcomes.iter().flat_map(|(_, outcome)| outcome.has.keys()).collect();
    for method in &methods {
        let cells = outcomes.iter().map(|(_, outcome)| {
            outcome.has.get(*method).map_or_else(String::new, |name| format!(" `{name}`"))
        });
        let _ = writeln!(text, "| `connector.{method}` |{} |", cells.collect::<Vec<_>>().join(" |"));
    }
    for (client, _) in outcomes.iter().filter(|(client, _)| !client.note.is_empty()) {
        let _ = writeln!(text, "\n{}", client.note);
    }
    text
}

/// Language and major version, as in `Python 9`.
fn heading(client: &Client) -> String {
    let language = client.title.split(' ').next().unwrap_or_default();
    format!("{language} {}", client.version().split('.').next().unwrap_or_default())
}
