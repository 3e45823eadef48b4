//! `cargo xtask docs`: the references, the site, and what `cargo doc` makes of the comments.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::tools::Tool;

/// Without what serves and watches: the site is built, no more.
const MDBOOK: Tool =
    Tool { name: "mdbook", version: "0.5.4", options: &["--no-default-features", "--features", "search"] };
/// Where the site is built, as `docs/book.toml` says.
const SITE: &str = "target/site";

/// The references, written or checked.
pub(crate) fn references(shell: &Shell, check: bool) -> Result<()> {
    let check = check.then_some("--check");
    Ok(cmd!(shell, "cargo run --quiet --package tributary-reference -- {check...}").run()?)
}

/// Installs what builds the site where it is missing.
pub(crate) fn prepare(shell: &Shell) -> Result<()> {
    MDBOOK.installed(shell).map(drop)
}

/// Builds the site out of `docs`, and looks whether every link of it leads somewhere.
pub(crate) fn site(shell: &Shell) -> Result<()> {
    let program = MDBOOK.installed(shell)?;
    // Nothing of an earlier build may hide that a page is gone.
    shell.remove_path(SITE)?;
    let output = cmd!(shell, "{program} build docs").output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    ensure!(!["WARN", "ERROR"].iter().any(|word| messages.contains(word)), "mdbook says:\n{messages}");
    cmd!(shell, "cargo run --quiet --package tributary-reference -- --check --site {SITE}").run()?;
    eprintln!("the site is in {SITE}/index.html");
    Ok(())
}

/// What `cargo doc` makes of the comments: nothing undocumented, no link that leads nowhere.
pub(crate) fn comments(shell: &Shell) -> Result<()> {
    let _strict = shell.push_env("RUSTDOCFLAGS", "--deny warnings");
    Ok(cmd!(shell, "cargo doc --workspace --no-deps --quiet").run()?)
}

/// Runs the examples in the comments; what they print is shown if one fails, since other things run beside.
pub(crate) fn examples(shell: &Shell) -> Result<()> {
    let output = cmd!(shell, "nice cargo test --workspace --quiet --doc").quiet().ignore_status().output()?;
    let [printed, told] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    ensure!(output.status.success(), "{printed}{told}");
    Ok(())
}
