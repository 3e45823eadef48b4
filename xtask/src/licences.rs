//! Licences and sources of everything that is built, by `cargo-deny` and the rules in `deny.toml`.

use anyhow::Result;
use xshell::{Shell, cmd};

/// The version that is installed under `target`, so that everyone is judged alike.
const CARGO_DENY: &str = "0.20.2";

/// Installs `cargo-deny` where it is missing, and runs it.
pub(crate) fn check(shell: &Shell) -> Result<()> {
    let folder = format!("target/tools/cargo-deny-{CARGO_DENY}");
    let program = format!("{folder}/bin/cargo-deny");
    if !shell.path_exists(&program) {
        eprintln!("installing cargo-deny {CARGO_DENY} into {folder}");
        cmd!(shell, "cargo install --quiet --locked --root {folder} cargo-deny@{CARGO_DENY}").run()?;
    }
    // Advisories need a database from the network; they are looked at where that is to be had.
    Ok(cmd!(shell, "{program} --all-features check --hide-inclusion-graph licenses bans sources").run()?)
}
