//! A PostgreSQL of our own: in a temporary folder, on a free port of the local machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tempfile::TempDir;

use crate::engine::free_port;
use crate::postgres_programs;
use crate::process::{Processes, Start};
use crate::user::User;

/// How long a start may take, far more than it does.
const DEADLINE: Duration = Duration::from_mins(2);
/// The interval of checks during a start.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a start is retried if another program took the port.
const ATTEMPTS: usize = 3;

/// What a cluster of tests does without: it is as durable as the test. Segments of shared memory are files in its
/// folder.
const SETTINGS: &[&str] = &[
    "timezone=UTC",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "dynamic_shared_memory_type=mmap",
    "shared_buffers=16MB",
    "max_connections=100",
];

/// A running PostgreSQL. Its processes and its folder are removed when it is dropped or its owner ends in any way.
#[derive(Debug)]
pub struct Postgres {
    // Dropped in this order: the processes end before their folder is removed.
    _processes: Processes,
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Its address.
    pub const HOST: &str = "127.0.0.1";
    /// Its only user, who may do everything.
    pub const USER: &str = "tributary";
    /// The user's password, which protects nothing: it listens on the local machine only.
    pub const PASSWORD: &str = "tributary-test";
    /// The database.
    pub const DATABASE: &str = "postgres";

    /// Makes sure that there is one to start: as root, Debian's package is installed if it is missing.
    pub fn ensure() -> Result<()> {
        postgres_programs::find_or_install().map(drop)
    }

    /// Starts one, and waits until it is ready; as root, it runs as another user.
    pub fn start() -> Result<Self> {
        let programs = postgres_programs::find_or_install()?;
        let user = User::with_account()?;
        let folder = tempfile::Builder::new().prefix("tributary-postgresql-").tempdir()?;
        user.give(folder.path())?;
        ensure!(
            user.can_reach(folder.path()),
            "PostgreSQL does not run as root, and another user cannot reach {}: let TMPDIR name a folder that \
             everyone can reach",
            folder.path().display()
        );
        initialize(&programs, user, folder.path())?;
        for attempt in 1.. {
            let port = free_port()?;
            match run(&programs, user, folder.path(), port) {
                Ok(processes) => return Ok(Self { _processes: processes, folder, programs, port }),
                Err(error) if attempt == ATTEMPTS || !error.to_string().contains("in use") => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        unreachable!("the last attempt returns")
    }

    /// The one that all tests of this process share, which lives as long as the process.
    pub fn shared() -> Result<&'static Self> {
        // Nobody drops what is in here; its guard sees the process end.
        static STARTED: OnceLock<Result<Postgres, String>> = OnceLock::new();
        let started = STARTED.get_or_init(|| Self::start().map_err(|error| format!("{error:#}")));
        started.as_ref().map_err(|error| anyhow!("{error}"))
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its folder: data and log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Executes statements; answers the rows, a line each, with values separated by `|`.
    pub fn execute(&self, statements: &str) -> Result<String> {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"])
            .args(["--host", Self::HOST, "--port", &self.port.to_string()])
            .args(["--username", Self::USER, "--dbname", Self::DATABASE, "--command", statements])
            .env("PGPASSWORD", Self::PASSWORD)
            .env("PGCLIENTENCODING", "UTF8")
            .stdin(Stdio::null())
            .output()
            .context("psql cannot be started")?;
        ensure!(output.status.success(), "psql failed:\n{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Makes the cluster.
fn initialize(programs: &Path, user: User, folder: &Path) -> Result<()> {
    let password = folder.join("password");
    fs::write(&password, Postgres::PASSWORD)?;
    user.give(&password)?;
    let mut command = Command::new(programs.join("initdb"));
    command
        .args(["--no-sync", "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"])
        .args(["--username", Postgres::USER])
        .arg("--pwfile")
        .arg(password)
        .arg("--pgdata")
        .arg(folder.join("data"));
    prepare(&mut command, user, folder);
    let output = command.stdin(Stdio::null()).output().context("initdb cannot be started")?;
    ensure!(output.status.success(), "initdb failed:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Starts the processes and waits until they are ready.
fn run(programs: &Path, user: User, folder: &Path, port: u16) -> Result<Processes> {
    let console = folder.join("console.log");
    let start = Start { program: &programs.join("postgres"), folder, console: &console, tidies_up: true };
    let processes = Processes::start(&start, |command| {
        command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", *setting]));
        prepare(command, user, folder);
    })?;
    let is_ready = || {
        let mut command = Command::new(programs.join("pg_isready"));
        command.args(["--quiet", "--host", Postgres::HOST, "--port", &port.to_string()]);
        command.status().is_ok_and(|status| status.success())
    };
    let began = Instant::now();
    loop {
        // Before the question: another program could answer it.
        let has_ended = processes.has_ended()?;
        if has_ended || began.elapsed() > DEADLINE {
            let log = fs::read_to_string(&console).unwrap_or_default();
            bail!("PostgreSQL {}:\n{log}", if has_ended { "ended while it started" } else { "is not ready" });
        }
        if is_ready() {
            return Ok(processes);
        }
        thread::sleep(PAUSE);
    }
}

/// Gives a command the user and the folder, and none of the caller's settings of PostgreSQL.
fn prepare(command: &mut Command, user: User, folder: &Path) {
    for foreign in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGOPTIONS"] {
        command.env_remove(foreign);
    }
    command.env("HOME", folder).env("TMPDIR", folder).current_dir(folder);
    user.apply(command);
}
