//! Finds the programs of PostgreSQL, or has them installed where that is possible.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::fetch::cache;

/// Where Debian's packages have them, in a folder for each version.
const PACKAGES: &str = "/usr/lib/postgresql";
/// What is needed of them.
const NEEDED: [&str; 4] = ["initdb", "postgres", "pg_isready", "psql"];
/// The file that tells Debian's packages to make no cluster, and so to start none.
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.conf";

/// The folder of the programs of the newest PostgreSQL; as root, Debian's package is installed if there is none.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    // Others who miss it wait for the first one.
    let cache = cache();
    fs::create_dir_all(&cache)?;
    let lock = File::create(cache.join("postgresql.lock"))?;
    lock.lock().context("the installation of PostgreSQL cannot be locked")?;
    if find().is_none() {
        install()?;
    }
    find().with_context(|| missing("the package postgresql does not have it"))
}

/// The folder with all programs: of the newest package, or on the path.
fn find() -> Option<PathBuf> {
    let mut packages: Vec<PathBuf> =
        fs::read_dir(PACKAGES).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    packages.sort_by_key(|folder| version(folder));
    let packages = packages.into_iter().rev().map(|folder| folder.join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = packages.chain(env::split_paths(&path).collect::<Vec<_>>());
    folders.find(|folder| NEEDED.iter().all(|program| folder.join(program).is_file()))
}

/// The version that a folder is named after.
fn version(folder: &Path) -> u32 {
    folder.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap_or_default()
}

/// Installs Debian's package, without a cluster of the system.
fn install() -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        bail!(missing("only root can install it"));
    }
    if apt(&["--version"]).is_err() {
        bail!(missing("there is no apt-get to install it with"));
    }
    eprintln!("installing the package postgresql");
    let settings = Path::new(CLUSTER_SETTINGS);
    if !settings.exists() {
        fs::create_dir_all(settings.parent().context("a folder of settings")?)?;
        fs::write(settings, "# The tests make clusters of their own.\ncreate_main_cluster = false\n")?;
    }
    let install = [
        "install",
        "--yes",
        "--no-install-recommends",
        "--option",
        "Dpkg::Options::=--force-confold",
        "postgresql",
    ];
    let mut output = apt(&install)?;
    if !output.status.success() {
        // The lists of a fresh machine are empty.
        apt(&["update"])?;
        output = apt(&install)?;
    }
    if !output.status.success() {
        bail!(missing(&format!("apt-get said\n{}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(())
}

fn apt(arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    command.output().context("apt-get cannot be started")
}

fn missing(why: &str) -> String {
    format!("there is no PostgreSQL: install it (Debian's package postgresql); {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_are_known_by_their_numbers() {
        assert!(version(Path::new("/a/9")) < version(Path::new("/a/17")));
        assert_eq!(version(Path::new("/a/current")), 0);
    }
}
