//! Known advisories of dependencies, by `cargo-deny`, from the `RustSec` advisory database, or from the snapshot of it in
//! this repository where the database cannot be reached.

mod snapshot;

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::licences::CARGO_DENY;
use crate::workspace::root;
use snapshot::{DATABASE, Snapshot};

/// The environment variable with another place of it, such as a mirror.
const GIVEN: &str = "TRIBUTARY_ADVISORY_DB";
/// Everything that this makes.
const FOLDER: &str = "target/advisories";
/// A database that was last changed longer ago says too little.
const OLDEST: Duration = Duration::from_secs(180 * DAY);
const DAY: u64 = 24 * 60 * 60;
/// What git says of the latest change: its seconds since 1970.
const COMMIT_TIME: &str = "--format=%ct";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Also write the database into the snapshot, which is for machines that cannot reach it
    #[arg(long)]
    update: bool,
}

/// The examples in `--help`.
pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask advisories            by the database, or by the snapshot if it cannot be reached
  cargo xtask advisories --update   also writes advisories/rustsec.jsonl anew

TRIBUTARY_ADVISORY_DB is the URL or folder of a mirror of https://github.com/RustSec/advisory-db, a git
repository; git's own settings (proxies, url.<base>.insteadOf) are honoured too.";

/// Checks the dependencies in the test command.
pub(crate) fn check_known(shell: &Shell) -> Result<()> {
    run(shell, &Arguments { update: false })
}

/// Checks the dependencies, and fails if there is an advisory that `deny.toml` does not ignore with a reason.
pub(crate) fn run(shell: &Shell, arguments: &Arguments) -> Result<()> {
    shell.create_dir(FOLDER)?;
    let database = match fetch(shell) {
        Ok(database) => {
            eprintln!(
                "the advisory database is of {} days ago",
                age(committed(shell, &database)?).as_secs() / DAY
            );
            database
        }
        Err(error) if arguments.update || env::var_os(GIVEN).is_some() => return Err(error),
        Err(error) => {
            eprintln!("{error:#}");
            from_snapshot(shell)?
        }
    };
    let changed = committed(shell, &database)?;
    ensure!(
        age(changed) < OLDEST,
        "the advisories are {} days old: let `cargo xtask advisories --update` reach {DATABASE}, or set {GIVEN} to a \
         recent mirror of it",
        age(changed).as_secs() / DAY
    );
    if arguments.update {
        let commit = cmd!(shell, "git -C {database} rev-parse HEAD").read()?;
        Snapshot::of_database(&database, commit, changed)?.store()?;
    }
    check(shell, &database)
}

/// Fetches the database, or the part of it that has changed.
fn fetch(shell: &Shell) -> Result<PathBuf> {
    let url = env::var(GIVEN).unwrap_or_else(|_| DATABASE.to_owned());
    let database = root().join(FOLDER).join("fetched");
    shell.remove_path(&database)?;
    // Nobody is asked for a password, and nobody waits for a network that answers nothing.
    let patience = ["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=20"];
    cmd!(shell, "timeout 120 git {patience...} clone --quiet --depth 1 --branch main {url} {database}")
        .env("GIT_TERMINAL_PROMPT", "0")
        .quiet()
        .ignore_stderr()
        .run()
        .with_context(|| format!("the advisory database cannot be fetched from {url}"))?;
    Ok(database)
}

/// Makes a database of the snapshot.
fn from_snapshot(shell: &Shell) -> Result<PathBuf> {
    let snapshot = Snapshot::load()?;
    let database = root().join(FOLDER).join("unpacked");
    shell.remove_path(&database)?;
    snapshot.unpack(&database)?;
    let _folder = shell.push_dir(&database);
    let date = format!("@{}", snapshot.changed());
    let author =
        ["-c", "user.name=snapshot", "-c", "user.email=snapshot@localhost", "-c", "commit.gpgsign=false"];
    cmd!(shell, "git init --quiet --initial-branch main").run()?;
    cmd!(shell, "git add crates").run()?;
    cmd!(shell, "git {author...} commit --quiet --message snapshot").env("GIT_COMMITTER_DATE", date).run()?;
    eprintln!(
        "the snapshot in {} is used: {} advisories, {} days old",
        snapshot::FILE,
        snapshot.advisories(),
        age(snapshot.changed()).as_secs() / DAY
    );
    Ok(database)
}

/// When the database was last changed, in seconds since 1970.
fn committed(shell: &Shell, database: &Path) -> Result<u64> {
    Ok(cmd!(shell, "git -C {database} log -1 {COMMIT_TIME}").read()?.parse()?)
}

/// The time since then.
fn age(seconds: u64) -> Duration {
    let since = UNIX_EPOCH + Duration::from_secs(seconds);
    SystemTime::now().duration_since(since).unwrap_or_default()
}

/// Runs `cargo-deny` with the rules of `deny.toml` over this database.
fn check(shell: &Shell, database: &Path) -> Result<()> {
    const SECTION: &str = "[advisories]\n";
    let program = CARGO_DENY.installed(shell)?;
    let rules = shell.read_file("deny.toml")?;
    let Some((before, after)) = rules.split_once(SECTION) else { bail!("deny.toml has no {SECTION}") };
    let folder = root().join(FOLDER).canonicalize()?;
    let databases = folder.join("databases");
    // What an earlier run has copied may be of another history.
    shell.remove_path(&databases)?;
    let config = folder.join("deny.toml");
    shell.write_file(&config, format!("{before}{SECTION}db-path = \"{}\"\n{after}", databases.display()))?;
    // `cargo-deny` takes no database from a folder, and fetches by git, which does.
    let instead = format!("url.file://{}.insteadOf", database.canonicalize()?.display());
    cmd!(shell, "{program} --all-features --config {config} check --hide-inclusion-graph advisories")
        .envs([("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", &instead), ("GIT_CONFIG_VALUE_0", DATABASE)])
        .run()
        .context("update what is concerned, or ignore it in deny.toml with a reason")
}
