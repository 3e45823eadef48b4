//! `cargo xtask fuzz`: generated inputs for the targets of `fuzz`; and generated requests for the service.

use anyhow::{Context, Result, ensure};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use xshell::{Shell, cmd};

/// The environment variable with the time of each target, in milliseconds.
const TIME: &str = "BOLERO_RANDOM_TEST_TIME_MS";
/// The time of each target in the test command.
const SECONDS: u64 = 60;
/// The environment variable with the binary that is tested.
pub(crate) const BINARY: &str = "TRIBUTARY_TEST_BINARY";

/// The examples in `--help`.
pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask fuzz                            ten minutes for each target, two at a time
  cargo xtask fuzz --seconds 3600 cursor      an hour for one of them

Targets are the files of fuzz/src/targets, their first inputs those in fuzz/corpus. An input that fails
is kept in target/tmp/fuzz; put it into the corpus once its cause is fixed. CONTRIBUTING.md says how
to fuzz with an engine that is guided by coverage.";

#[derive(Args)]
pub(crate) struct Arguments {
    /// How long each target takes
    #[arg(long, default_value_t = 600, value_parser = RangedU64ValueParser::<u64>::new().range(1..=604_800))]
    seconds: u64,
    /// One target; all of them by default
    target: Option<String>,
}

/// Runs the targets for as long as is asked for.
pub(crate) fn run(shell: &Shell, arguments: &Arguments) -> Result<()> {
    let _time = shell.push_env(TIME, (arguments.seconds * 1_000).to_string());
    let filter = arguments.target.as_ref().map_or(Vec::new(), |target| vec!["--exact", target]);
    // As in the test command, so that nothing is built twice.
    let test = ["test", "--workspace", "--quiet", "--test", "fuzz", "--"];
    let output = cmd!(shell, "cargo {test...} --test-threads 2 --nocapture {filter...}").quiet();
    let told = output.ignore_status().output()?;
    let [printed, more] = [&told.stdout, &told.stderr].map(|text| String::from_utf8_lossy(text));
    ensure!(told.status.success(), "{printed}{more}");
    let ran = printed.lines().any(|line| line.contains("test result") && !line.contains(" 0 passed"));
    ensure!(ran, "there is no such target");
    more.lines().filter(|line| line.contains("iterations/s")).for_each(|line| eprintln!("{line}"));
    Ok(())
}

/// Runs each target for a minute, beside other tests.
pub(crate) fn briefly(shell: &Shell) -> Result<()> {
    let _time = shell.push_env(TIME, (SECONDS * 1_000).to_string());
    let output = cmd!(
        shell,
        "nice -n 19 cargo test --workspace --quiet --test fuzz --no-fail-fast -- --test-threads 2"
    )
    .quiet()
    .ignore_status()
    .output()?;
    let [printed, told] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    ensure!(output.status.success(), "{printed}{told}");
    Ok(())
}

/// Sends generated requests to a release build of the service.
pub(crate) fn requests(shell: &Shell, arguments: &[String]) -> Result<()> {
    cmd!(shell, "cargo build --release --package tributary-server --bin tributary").run()?;
    let binary = shell.current_dir().join("target/release/tributary").canonicalize();
    let _binary = shell.push_env(BINARY, binary.context("it was built")?);
    let of = ["--release", "--package", "tributary-fuzz", "--bin", "generated-requests"];
    Ok(cmd!(shell, "cargo run {of...} -- {arguments...}").run()?)
}
