//! Installs a tag of Elastic's connector service out of a checkout, with the packages that it pins itself.
//!
//! Nothing of it becomes a part of this project: it is installed below the target folder and run as it is.

use std::env::consts::ARCH;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

/// The file that says that an installation came to its end.
const STAMP: &str = "installed";

/// What to install, and with which interpreter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'wanted> {
    /// A git directory of elastic/connectors, bare or not.
    pub(crate) checkout: &'wanted Path,
    /// A tag of it.
    pub(crate) tag: &'wanted str,
    /// The program of the interpreter.
    pub(crate) python: &'wanted str,
}

/// An installed service.
#[derive(Debug)]
pub(crate) struct Installation {
    folder: PathBuf,
}

impl Installation {
    /// Installs it, unless that was done before.
    pub(crate) fn prepare(shell: &Shell, target: &Path, wanted: Wanted<'_>) -> Result<Self> {
        let Wanted { checkout, tag, python } = wanted;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        ensure!(
            tag.chars().all(is_plain) && !tag.starts_with(['.', '-']),
            "[{tag}] is not the name of a tag: they are like [v9.5.2]"
        );
        let folder = target.join("connector-service").join(tag);
        let installation = Self { folder };
        if installation.folder.join(STAMP).exists() {
            return Ok(installation);
        }
        eprintln!("installing the connector service {tag}, which takes some minutes");
        let (source, environment) =
            (installation.folder.join("source"), installation.folder.join("environment"));
        // Leftovers of an attempt that was cut off.
        shell.remove_path(&source)?;
        shell.remove_path(&environment)?;
        shell.create_dir(&source)?;
        let archive = installation.folder.join("source.tar");
        cmd!(shell, "git -C {checkout} archive --output {archive} {tag}")
            .run()
            .with_context(|| format!("no tag [{tag}] in [{}]", checkout.display()))?;
        cmd!(shell, "tar --extract --file {archive} --directory {source}").run()?;
        shell.remove_path(&archive)?;
        cmd!(shell, "{python} -m venv {environment}").run().context("Python needs its module venv")?;
        install(shell, &source, &environment.join("bin/python"))
            .context("it could not be installed; it takes Python 3.10 or 3.11: --python names one")?;
        ensure!(installation.program().exists(), "[{tag}] is installed, but has no program elastic-ingest");
        shell.write_file(installation.folder.join(STAMP), tag)?;
        Ok(installation)
    }

    /// The program of the service.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.join("environment/bin/elastic-ingest")
    }

    /// A folder for the files of a run.
    pub(crate) fn run_folder(&self, name: &str) -> PathBuf {
        self.folder.join("runs").join(name)
    }
}

/// Installs the packages, in the two layouts that there have been.
fn install(shell: &Shell, source: &Path, python: &Path) -> Result<()> {
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    // The newer layout names its second package by a relative address, which takes a pip newer than Debian's.
    cmd!(shell, "{python} {pip...} --upgrade pip").run()?;
    let application = source.join("app/connectors_service");
    if application.exists() {
        let _there = shell.push_dir(application);
        cmd!(shell, "{python} {pip...} --editable ../../libs/connectors_sdk").run()?;
        cmd!(shell, "{python} {pip...} --editable .").run()?;
    } else {
        let _there = shell.push_dir(source);
        let requirements = format!("requirements/{ARCH}.txt");
        cmd!(shell, "{python} {pip...} --requirement {requirements}").run()?;
        // Its own list has the packages without versions: they are there by now.
        cmd!(shell, "{python} {pip...} --no-deps --editable .").run()?;
    }
    Ok(())
}
