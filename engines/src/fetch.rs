//! Fetches distributions with Maven into a cache.

use std::env;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::configuration::PASSWORD;
use crate::distribution::Distribution;
use crate::java;
use crate::user::open_to_all;

/// The Maven plugin that fetches and unpacks, in a pinned version.
const PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/// The cache: `engines` in Cargo's target folder.
pub fn cache() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    workspace.join(target).join("engines")
}

/// Fetches a distribution if it is not in the cache, and returns its folder, which is read-only from then on. Concurrent
/// processes wait for the first one.
pub fn fetch(distribution: &Distribution) -> Result<PathBuf> {
    let (cache, name) = (cache(), distribution.name());
    let folder = cache.join(&name);
    if folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(&cache).with_context(|| format!("{} cannot be made", cache.display()))?;
    let lock = File::create(cache.join(format!("{name}.lock")))?;
    lock.lock().context("the cache of engines cannot be locked")?;
    if !folder.is_dir() {
        let prefix = format!(".{name}-");
        remove_remains(&cache, &prefix)?;
        // Beside the final location, so that it can be renamed when it is complete.
        let unpacking = tempfile::Builder::new().prefix(&prefix).tempdir_in(&cache)?;
        eprintln!("fetching {distribution} into {}", folder.display());
        let home = unpack(distribution, unpacking.path())
            .with_context(|| format!("{distribution} could not be had"))?;
        fs::rename(home, &folder)?;
    }
    Ok(folder)
}

/// Removes incomplete folders of killed processes; the caller holds the lock.
fn remove_remains(cache: &Path, prefix: &str) -> Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            // Their Maven may still write into it; the next who fetches finds it again then.
            let _left = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

/// Fetches and unpacks, and answers the only folder inside, made fit for reading by everyone.
fn unpack(distribution: &Distribution, folder: &Path) -> Result<PathBuf> {
    let output = folder.join("distribution");
    run_maven(distribution, folder, &output)?;
    let mut entries = fs::read_dir(&output)?.collect::<Result<Vec<_>, _>>()?;
    let home = entries.pop().context("the archive is empty")?.path();
    ensure!(entries.is_empty(), "the archive has more than one folder");
    if distribution.security {
        store_password(distribution, &home)?;
    }
    open_to_all(&home)?;
    Ok(home)
}

fn run_maven(distribution: &Distribution, folder: &Path, output: &Path) -> Result<()> {
    let coordinates = distribution.coordinates();
    let attempt = |freshness: &[&str]| {
        Command::new("mvn")
            .args(["--batch-mode", "--quiet", "--no-transfer-progress"])
            .args(freshness)
            .arg(format!("{PLUGIN}:unpack"))
            .arg(format!("-Dartifact={coordinates}"))
            .arg(format!("-DoutputDirectory={}", output.display()))
            .arg(format!("-DmarkersDirectory={}", folder.join("markers").display()))
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
    };
    let mut result = attempt(&[]);
    if result.as_ref().is_ok_and(|result| !result.status.success()) {
        // Maven may only remember a failure of the day before; asked first, it would need a network
        // even where it has everything.
        result = attempt(&["--update-snapshots"]);
    }
    match result {
        Ok(result) if result.status.success() => Ok(()),
        Ok(result) => bail!("Maven could not fetch {coordinates}:\n{}", said(&result)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("engines are fetched by Maven, and there is no mvn: install Maven 3 (the package maven)")
        }
        Err(error) => Err(error).context("mvn cannot be started"),
    }
}

/// Puts the password of the user that exists from the first start into the keystore, once for all
/// instances: the tool takes longer than a copy.
fn store_password(distribution: &Distribution, home: &Path) -> Result<()> {
    let java = java::find(distribution)?;
    let mut tool = Command::new(home.join("bin/elasticsearch-keystore"))
        .args(["add", "--force", "--stdin", "bootstrap.password"])
        .env("ES_JAVA_HOME", &java.home)
        .env_remove("JAVA_HOME")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("elasticsearch-keystore cannot be started")?;
    tool.stdin.take().context("no standard input")?.write_all(PASSWORD.as_bytes())?;
    let output = tool.wait_with_output()?;
    ensure!(output.status.success(), "elasticsearch-keystore failed:\n{}", said(&output));
    Ok(())
}

/// The output of a program, standard output and standard error.
fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).trim().to_owned()
}
