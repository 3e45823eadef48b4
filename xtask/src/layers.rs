//! The arrows of the architecture: server → api → service → secrets → storage → domain, and what each may build on.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

/// A crate of ours with what it may see of the others, and what must never be below it.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    /// Groups of crates, or of beginnings of their names, that would break the layer's promise.
    must_not_use: &'static [&'static [&'static str]],
}

/// Whatever does input or output, waits, or tells the time.
const IMPURE: &[&str] = &[
    "tokio",
    "async-",
    "futures",
    "actix",
    "hyper",
    "http",
    "mio",
    "socket2",
    "redb",
    "tracing",
    "uuid",
    "getrandom",
    "reqwest",
    "tempfile",
];
/// What serves HTTP; clients, which backends speak with servers of theirs, share some parts with it.
const HTTP_SERVERS: &[&str] = &["actix", "axum", "warp", "rocket", "tiny_http", "tonic", "salvo", "poem"];
/// What speaks HTTP at all.
const HTTP: &[&str] = &["http", "hyper", "h2", "ureq", "reqwest", "tower"];
/// What backends are made of: a layer that names no backend has none of these below it.
const BACKENDS: &[&str] = &["redb", "roaring", "rusqlite", "opensearch", "reqwest"];

/// All libraries, for the programs that are made of them.
const BELOW_A_SERVER: &[&str] =
    &["tributary-domain", "tributary-storage", "tributary-secrets", "tributary-service", "tributary-api"];

const LAYERS: &[Layer] = &[
    Layer { name: "tributary-domain", may_use: &[], must_not_use: &[IMPURE] },
    Layer { name: "tributary-storage", may_use: &["tributary-domain"], must_not_use: &[HTTP_SERVERS] },
    Layer {
        name: "tributary-secrets",
        may_use: &["tributary-domain", "tributary-storage"],
        must_not_use: &[HTTP_SERVERS],
    },
    Layer {
        name: "tributary-service",
        may_use: &["tributary-domain", "tributary-storage", "tributary-secrets"],
        must_not_use: &[HTTP_SERVERS, HTTP, BACKENDS],
    },
    Layer {
        name: "tributary-api",
        may_use: &["tributary-domain", "tributary-storage", "tributary-secrets", "tributary-service"],
        must_not_use: &[BACKENDS],
    },
    Layer { name: "tributary-server", may_use: BELOW_A_SERVER, must_not_use: &[] },
    // The example is a team's own crate: it has what is open to everybody.
    Layer { name: "tributary-sqlite-backend", may_use: BELOW_A_SERVER, must_not_use: &[] },
];

/// Proves every layer with `cargo tree`.
pub(crate) fn check(shell: &Shell) -> Result<()> {
    for layer in LAYERS {
        let name = layer.name;
        let format = "{p}";
        let tree =
            cmd!(shell, "cargo tree --quiet --package {name} --edges normal --prefix none --format {format}")
                .read()?;
        let below: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        ensure!(below.contains(name), "cargo tree does not show {name}");
        for other in below.iter().filter(|other| other.starts_with("tributary-") && **other != name) {
            ensure!(layer.may_use.contains(other), "{name} must not use {other}");
        }
        for forbidden in layer.must_not_use.concat() {
            let found = below.iter().find(|other| other.starts_with(forbidden));
            ensure!(found.is_none(), "{name} must not use {}", found.unwrap_or(&""));
        }
    }
    Ok(())
}
