//! The processes of a server: a process group, and a guard that ends it when the owner is gone.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, test_kill_process,
    test_kill_process_group, waitid,
};

/// How long the processes may take to be gone after the signal that none can refuse.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// The timeout of a regular stop.
const ORDERLY: Duration = Duration::from_secs(30);
/// The polling interval.
const PAUSE: Duration = Duration::from_millis(20);

/// Reads the group from a pipe that only the owner holds, and waits for its end. If no word comes
/// before, the owner ended without a goodbye: the group, if it was started at all, and the folder go.
/// A server that has more to put away than its folder is asked to first.
const GUARD: &str = r#"
trap '' HUP INT TERM
wait_for_end() {
    looks=0
    while kill -s 0 -- "-$group" 2>/dev/null && [ "$looks" -lt 50 ]; do
        looks=$((looks + 1))
        sleep 0.1
    done
}
if read -r group; then
    read -r goodbye && exit 0
    [ "$2" = yes ] && kill -s QUIT -- "$group" 2>/dev/null && wait_for_end
    kill -s KILL -- "-$group" 2>/dev/null
    wait_for_end
fi
rm -rf -- "$1"
"#;

/// Starts the server only once the guard knows of it.
const GATE: &str = r#"read -r go && exec "$0" "$@" </dev/null"#;

/// How a server is started.
pub(crate) struct Start<'start> {
    /// Its program; arguments are added as it is prepared.
    pub(crate) program: &'start Path,
    /// Its folder, which goes with it.
    pub(crate) folder: &'start Path,
    /// The file of its outputs.
    pub(crate) console: &'start Path,
    /// Whether SIGQUIT ends it at once, but lets it put away what it has outside of its folder.
    pub(crate) tidies_up: bool,
}

/// The running processes of a server.
#[derive(Debug)]
pub(crate) struct Processes {
    /// The first of the group; its number is the group's as long as it has not been waited for.
    leader: Child,
    guard: Child,
    /// The server process, once it is known.
    worker: Option<Pid>,
    tidies_up: bool,
}

impl Processes {
    /// Starts a server, after its command has got its arguments, its environment and its user.
    pub(crate) fn start(start: &Start<'_>, prepare: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(start.folder)
            .arg(if start.tidies_up { "yes" } else { "no" })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("sh cannot be started")?;
        let console = File::create(start.console)?;
        let mut command = Command::new("sh");
        command.args(["-c", GATE]).arg(start.program);
        prepare(&mut command);
        let mut leader = command
            .stdin(Stdio::piped())
            .stdout(console.try_clone()?)
            .stderr(console)
            .process_group(0)
            .spawn()
            .context("the server's start script cannot be started")?;
        let group = leader.id();
        // The pipe stays open for as long as the owner lives.
        writeln!(guard.stdin.as_mut().context("no standard input")?, "{group}")?;
        writeln!(leader.stdin.take().context("no standard input")?, "go")?;
        Ok(Self { leader, guard, worker: None, tidies_up: start.tidies_up })
    }

    /// Sets the server process.
    pub(crate) fn set_worker(&mut self, process: i32) -> Result<()> {
        self.worker = Some(Pid::from_raw(process).context("no process id")?);
        Ok(())
    }

    /// The server process.
    pub(crate) fn worker(&self) -> Option<u32> {
        self.worker.and_then(|worker| u32::try_from(worker.as_raw_nonzero().get()).ok())
    }

    /// Whether the first process has ended. It is left to be waited for, so that its number, which
    /// is also the group's, is given to no other process.
    pub(crate) fn has_ended(&self) -> Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(Pid::from_child(&self.leader)), options)?.is_some())
    }

    /// Sends a signal to the server process.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let worker = self.worker.context("the engine is not ready yet")?;
        kill_process(worker, signal).context("the engine's process is gone")
    }

    /// Terminates the engine, waits for it, and kills the remaining processes.
    pub(crate) fn end_in_order(&mut self) -> Result<()> {
        if let Some(worker) = self.worker {
            // One that is paused would not hear the request.
            let _gone = kill_process(worker, Signal::CONT);
            let _gone = kill_process(worker, Signal::TERM);
            wait(ORDERLY, || self.has_ended().unwrap_or(true));
        }
        self.kill()
    }

    /// Kills all processes, and waits until they are gone.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let group = Pid::from_child(&self.leader);
        if self.tidies_up {
            let _gone = kill_process(group, Signal::QUIT);
            wait(STOP_TIMEOUT, || self.has_ended().unwrap_or(true));
        }
        // Nothing to end is fine.
        let _gone = kill_process_group(group, Signal::KILL);
        if let Some(mut pipe) = self.guard.stdin.take() {
            // The guard may have been killed by others.
            let _gone = writeln!(pipe, "goodbye");
        }
        self.guard.wait()?;
        self.leader.wait()?;
        wait(STOP_TIMEOUT, || self.worker.is_some_and(is_gone) || test_kill_process_group(group).is_err());
        Ok(())
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("the processes of a server may be left: {error:#}");
        }
    }
}

/// Polls until a condition holds or the timeout expires.
fn wait(patience: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() && start.elapsed() < patience {
        thread::sleep(PAUSE);
    }
}

/// Whether a process does not exist, or is dead and only waits to be noticed, which nobody may do
/// where the first process of the machine does not.
fn is_gone(process: Pid) -> bool {
    if test_kill_process(process).is_err() {
        return true;
    }
    let state = Path::new("/proc").join(process.as_raw_nonzero().to_string()).join("stat");
    let state = fs::read_to_string(state).unwrap_or_default();
    // The name of the program, which stands before in brackets, may have brackets itself.
    state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
}
