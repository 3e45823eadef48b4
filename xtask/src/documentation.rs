//! `cargo xtask docs`: the references, the site, and the API documentation.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::tools::Tool;

/// Without the features for serving and watching.
const MDBOOK: Tool =
    Tool { name: "mdbook", version: "0.5.4", options: &["--no-default-features", "--features", "search"] };
/// The build folder of the site, as in `docs/book.toml`.
const SITE: &str = "target/site";

/// Generates or checks the references.
pub(crate) fn references(shell: &Shell, check: bool) -> Result<()> {
    let check = check.then_some("--check");
    Ok(cmd!(shell, "cargo run --quiet --package tributary-reference -- {check...}").run()?)
}

/// Installs mdBook if it is missing.
pub(crate) fn prepare(shell: &Shell) -> Result<()> {
    MDBOOK.installed(shell).map(drop)
}

/// Builds the site from `docs` and checks its links.
pub(crate) fn site(shell: &Shell) -> Result<()> {
    let program = MDBOOK.installed(shell)?;
    // Removed first, so that an earlier build does not hide a missing page.
    shell.remove_path(SITE)?;
    let output = cmd!(shell, "{program} build docs").output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    ensure!(!["WARN", "ERROR"].iter().any(|word| messages.contains(word)), "mdbook says:\n{messages}");
    cmd!(shell, "cargo run --quiet --package tributary-reference -- --check --site {SITE}").run()?;
    eprintln!("the site is in {SITE}/index.html");
    Ok(())
}

/// Builds the API documentation; missing comments and broken links are errors.
pub(crate) fn comments(shell: &Shell) -> Result<()> {
    let _strict = shell.push_env("RUSTDOCFLAGS", "--deny warnings");
    // With the examples, the dependencies have the same features as for the lints, and are not checked anew.
    Ok(cmd!(shell, "nice cargo doc --workspace --lib --bins --examples --no-deps --quiet").run()?)
}

/// Runs the doc tests; their output is shown only on failure, since other checks run concurrently.
pub(crate) fn examples(shell: &Shell) -> Result<()> {
    let output = cmd!(shell, "nice cargo test --workspace --quiet --doc").quiet().ignore_status().output()?;
    let [printed, told] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    ensure!(output.status.success(), "{printed}{told}");
    Ok(())
}
