//! `cargo xtask test`: what the README promises and what a change has to pass.

use std::time::Instant;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::licences;

/// Runs all checks, and says how long each took.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let start = Instant::now();
    step("format", || Ok(cmd!(shell, "cargo fmt --all --check").run()?))?;
    step("lints", || {
        Ok(cmd!(shell, "cargo clippy --workspace --all-targets --quiet -- --deny warnings").run()?)
    })?;
    step("each backend alone", || {
        for features in ["", "memory", "embedded", "transfer"] {
            cmd!(
                shell,
                "cargo check --quiet --package tributary-storage --no-default-features --features {features}"
            )
            .run()?;
        }
        Ok(())
    })?;
    // A missing snapshot is a failure here, not an invitation to write it.
    let _snapshots = shell.push_env("INSTA_UPDATE", "no");
    let _full_match = shell.push_env("INSTA_REQUIRE_FULL_MATCH", "1");
    step("tests", || Ok(cmd!(shell, "cargo test --workspace --quiet --all-targets --no-fail-fast").run()?))?;
    step("examples in documentation", || Ok(cmd!(shell, "cargo test --workspace --quiet --doc").run()?))?;
    step("licences", || licences::check(shell))?;
    eprintln!("everything holds, after {} s", start.elapsed().as_secs());
    Ok(())
}

fn step(name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("--- {name}");
    let start = Instant::now();
    run().with_context(|| format!("the step [{name}] failed"))?;
    eprintln!("--- {name}: fine, {} s", start.elapsed().as_secs());
    Ok(())
}
