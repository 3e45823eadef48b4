//! Checks the layers of the architecture, server → gateway → api → service → secrets → storage → domain, and their dependencies.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

/// A crate, the crates of the workspace that it may use, and the dependencies that it must not have.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    /// Groups of forbidden dependencies, by name or prefix.
    must_not_use: &'static [&'static [&'static str]],
}

/// Crates with input or output, waiting, or a clock.
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
/// HTTP servers. HTTP clients, which backends use, share some crates with them.
const HTTP_SERVERS: &[&str] = &["actix", "axum", "warp", "rocket", "tiny_http", "tonic", "salvo", "poem"];
/// HTTP in general.
const HTTP: &[&str] = &["http", "hyper", "h2", "ureq", "reqwest", "tower"];
/// The crates of specific backends, on which backend-independent layers must not depend.
const BACKENDS: &[&str] = &["redb", "roaring", "rusqlite", "reqwest"];

/// All libraries, for programs.
const BELOW_A_SERVER: &[&str] = &[
    "tributary-domain",
    "tributary-storage",
    "tributary-secrets",
    "tributary-service",
    "tributary-api",
    "tributary-gateway",
];

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
    // It is an HTTP client too, of the search engine that it stands in front of.
    Layer {
        name: "tributary-gateway",
        may_use: &[
            "tributary-domain",
            "tributary-storage",
            "tributary-secrets",
            "tributary-service",
            "tributary-api",
        ],
        must_not_use: &[&["redb", "rusqlite"]],
    },
    Layer { name: "tributary-server", may_use: BELOW_A_SERVER, must_not_use: &[] },
    // The example is like an external crate: it may use all public crates.
    Layer { name: "tributary-sqlite-backend", may_use: BELOW_A_SERVER, must_not_use: &[] },
];

/// Checks every layer with `cargo tree`.
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
