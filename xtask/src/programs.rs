//! The test programs of the workspace, run a few at a time: most of them wait for servers.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use xshell::{Shell, cmd};

/// What Cargo says of a thing that it has built.
#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// A test program.
#[derive(Debug)]
pub(crate) struct Program {
    /// Package folder, kind and name, as in `crates/api test http`.
    name: String,
    executable: PathBuf,
    /// The folder of its package, in which Cargo starts it.
    folder: PathBuf,
}

/// Builds the test programs of the workspace.
pub(crate) fn build(shell: &Shell) -> Result<Vec<Program>> {
    let root = shell.current_dir().canonicalize()?;
    let arguments = ["test", "--workspace", "--quiet", "--all-targets", "--no-run"];
    let built = artifacts(shell, &arguments)?.into_iter().filter(|artifact| artifact.profile.test);
    Ok(built.filter_map(|artifact| program(&root, artifact)).collect())
}

/// Builds the binary `tributary`, as those who use it do, and returns its path.
pub(crate) fn binary(shell: &Shell) -> Result<PathBuf> {
    executable(shell, &["--package", "tributary-server", "--bin", "tributary"])
}

/// Builds the example that mounts the API, in the whole workspace like the tests, and returns its path.
pub(crate) fn mount(shell: &Shell) -> Result<PathBuf> {
    executable(shell, &["--workspace", "--example", "mount"])
}

fn executable(shell: &Shell, chosen: &[&str]) -> Result<PathBuf> {
    let built = artifacts(shell, &[&["build", "--quiet"], chosen].concat())?;
    let mut executables = built.into_iter().filter_map(|artifact| artifact.executable);
    executables.next_back().with_context(|| format!("[{}] is nowhere", chosen.join(" ")))
}

/// What a command of Cargo has built, or found to be up to date.
fn artifacts(shell: &Shell, arguments: &[&str]) -> Result<Vec<Artifact>> {
    let messages = cmd!(shell, "cargo {arguments...} --message-format json-render-diagnostics").read()?;
    let messages = messages.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let artifacts = messages.into_iter().filter(|message| message["reason"] == "compiler-artifact");
    Ok(artifacts.map(serde_json::from_value).collect::<Result<_, _>>()?)
}

fn program(root: &Path, artifact: Artifact) -> Option<Program> {
    let executable = artifact.executable?;
    let folder = artifact.manifest_path.parent()?.to_owned();
    let package = folder.strip_prefix(root).unwrap_or(&folder).display();
    let name = format!("{package} {} {}", artifact.target.kind.first()?, artifact.target.name);
    Some(Program { name, executable, folder })
}

/// Runs the programs, `at_a_time` of them concurrently and the `slowest` first, and fails if one of them fails, after
/// all have run. What a program prints is shown as a whole when it has ended.
pub(crate) fn run(
    shell: &Shell,
    mut programs: Vec<Program>,
    slowest: &[&str],
    at_a_time: usize,
) -> Result<()> {
    for name in slowest {
        ensure!(programs.iter().any(|program| program.name == *name), "there is no test program [{name}]");
    }
    programs.sort_by_key(|program| {
        slowest.iter().position(|name| program.name == *name).unwrap_or(slowest.len())
    });
    let commands = programs.into_iter().map(|program| {
        let Program { name, executable, folder } = program;
        let _folder = shell.push_dir(&folder);
        let command = Command::from(cmd!(shell, "{executable} --quiet").env("CARGO_MANIFEST_DIR", &folder));
        (name, command)
    });
    let waiting: Mutex<VecDeque<(String, Command)>> = Mutex::new(commands.collect());
    let failed = Mutex::new(Vec::new());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some((name, command)) = next() {
                    if !run_one(&name, command) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    ensure!(failed.is_empty(), "these test programs failed:\n  {}", failed.join("\n  "));
    Ok(())
}

/// Runs a program, shows its output, and says whether it succeeded.
fn run_one(name: &str, command: Command) -> bool {
    let start = Instant::now();
    let (outcome, output) = match output_of(command) {
        Ok((true, output)) => ("fine", output),
        Ok((false, output)) => ("FAILED", output),
        Err(error) => ("FAILED", format!("{error:#}\n")),
    };
    // In one call, so that those of others are not mixed with it.
    eprintln!("{output}--- {name}: {outcome}, {} s", start.elapsed().as_secs());
    outcome == "fine"
}

/// Whether a program succeeds, and what it prints. That goes through a file: a process that it leaves behind would keep
/// a pipe open.
fn output_of(mut command: Command) -> Result<(bool, String)> {
    let mut file = tempfile::tempfile().context("the output needs a file")?;
    let both: [File; 2] = [file.try_clone()?, file.try_clone()?];
    let [output, errors] = both;
    let status = command.stdin(Stdio::null()).stdout(output).stderr(errors).status()?;
    let mut printed = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut printed)?;
    Ok((status.success(), String::from_utf8_lossy(&printed).into_owned()))
}
