//! Checks licences and sources of all dependencies with `cargo-deny` and the rules in `deny.toml`.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::tools::Tool;

pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", options: &[] };

/// Installs `cargo-deny` if it is missing.
pub(crate) fn prepare(shell: &Shell) -> Result<()> {
    CARGO_DENY.installed(shell).map(drop)
}

/// Runs `cargo-deny`.
pub(crate) fn check(shell: &Shell) -> Result<()> {
    let program = CARGO_DENY.installed(shell)?;
    // Advisories are a step of their own.
    Ok(cmd!(shell, "{program} --all-features check --hide-inclusion-graph licenses bans sources").run()?)
}
