//! The page of the stores: the contract, and the properties of each built-in store.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use syn::{Attribute, Expr, Item, Lit, Meta, TraitItem};
use tributary_storage::Registry;

use crate::markdown::{GENERATED, Table, code, prose};

/// The folder of the sources that are read.
const SOURCES: &str = "crates/storage/src";
/// Each scheme with the file and the type whose doc comment describes its stores.
const BACKENDS: &[(&str, &str, &str)] = &[
    ("memory", "memory/mod.rs", "MemoryStore"),
    ("embedded", "embedded/mod.rs", "EmbeddedStore"),
    ("opensearch", "search/store.rs", "SearchStore"),
    ("elasticsearch", "search/store.rs", "SearchStore"),
];

/// The page.
pub(crate) fn page(root: &Path) -> Result<String> {
    let contract = source(root, "store.rs")?;
    let contract = contract.items.iter().find_map(|item| match item {
        Item::Trait(item) if item.ident == "Store" => Some(item),
        _ => None,
    });
    let contract = contract.context("the trait Store is gone")?;
    let mut text = format!(
        "{GENERATED}# Stores and what they promise\n\nEvery store fulfils the same contract, which the \
         conformance suite tests. How to write a backend is in [Writing a backend](../writing-a-backend.md).\n\n\
         ## The contract\n\n{}\n",
        comment(&contract.attrs)
    );
    for item in &contract.items {
        if let TraitItem::Fn(method) = item {
            let _ = write!(text, "\n### `{}`\n\n{}\n", method.sig.ident, comment(&method.attrs));
        }
    }
    let registry = Registry::with_built_in();
    for backend in registry.backends() {
        let scheme = backend.scheme();
        let (_, file, name) = BACKENDS
            .iter()
            .find(|(known, ..)| *known == scheme)
            .with_context(|| format!("name the source of the promises of {scheme} here"))?;
        let promises = of_struct(root, file, name)?;
        let mut settings = Table::new(&["setting", "default", "what it is"]);
        for setting in backend.settings() {
            let default = setting.default.map(code).unwrap_or_default();
            settings.row(&[&code(setting.name), &default, setting.description]);
        }
        let description = backend.description();
        let _ = write!(text, "\n## `{scheme}:`\n\n{description}\n\n{promises}\n\n{}", settings.text());
    }
    Ok(format!("{}\n", text.trim_end()))
}

fn of_struct(root: &Path, file: &str, name: &str) -> Result<String> {
    let source = source(root, file)?;
    let found = source.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(comment(&item.attrs)),
        _ => None,
    });
    found.with_context(|| format!("{name} is gone from {file}"))
}

fn source(root: &Path, file: &str) -> Result<syn::File> {
    let text = fs::read_to_string(root.join(SOURCES).join(file)).with_context(|| format!("no {file}"))?;
    Ok(syn::parse_file(&text)?)
}

/// The doc comment among some attributes.
fn comment(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(line) => Some(line.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    prose(&lines.collect::<Vec<_>>().join("\n"))
}
