//! A server in a separate process.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::connect;
use crate::connection::{Connection, Request};
use crate::failure::Failure;

/// How long a server is idle before its memory is measured, so that the allocator can release memory.
const SETTLING: Duration = Duration::from_secs(2);

/// How many requests there are before.
const REQUESTS: u32 = 200;

/// A running server, which is stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    ends_with_its_input: bool,
    /// Its address.
    pub(crate) address: SocketAddr,
    /// From the start of the process until it was ready for requests.
    pub(crate) start_up: Duration,
}

impl Server {
    /// Serves what a store has.
    pub(crate) fn start(store: &Stored) -> Result<Self, Failure> {
        Self::spawn(this_program()?.arg("serve").args(store.arguments()), "ready ", true)
    }

    /// Runs the whole service over what a folder has, with a filter for its log, which goes to a file.
    pub(crate) fn start_service(store: &Stored, log: &str) -> Result<Self, Failure> {
        Self::start_service_with(store, log, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_service_with(store: &Stored, log: &str, more: &[&str]) -> Result<Self, Failure> {
        let mut service = this_program()?;
        let arguments = ["service", "--listen", "127.0.0.1:0", "--log", log];
        service
            .args(arguments)
            .args(more)
            .arg("--store")
            .args(store.arguments())
            .stderr(tempfile::tempfile()?);
        Self::spawn(&mut service, "tributary is listening on http://", false)
    }

    fn spawn(command: &mut Command, ready: &str, ends_with_its_input: bool) -> Result<Self, Failure> {
        let start = Instant::now();
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let start_up = start.elapsed();
        let address = line.trim().strip_prefix(ready).ok_or("the server did not start")?.parse()?;
        Ok(Self { process, ends_with_its_input, address, start_up })
    }

    /// The resident memory of the process in bytes, after a few requests: an allocator that is not called keeps what the
    /// start needed.
    pub(crate) fn resident_bytes(&self) -> Result<u64, Failure> {
        let mut connection = Connection::new(connect(self.address)?);
        for _ in 0..REQUESTS {
            connection.exchange(&Request::new("/_connector/_sync_job"))?;
        }
        std::thread::sleep(SETTLING);
        self.memory("VmRSS:")
    }

    /// The most memory that was resident so far, in bytes.
    pub(crate) fn peak_bytes(&self) -> Result<u64, Failure> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no such memory")?;
        Ok(kilobytes.parse::<u64>()? * 1024)
    }

    /// How many threads the process has.
    pub(crate) fn threads(&self) -> Result<usize, Failure> {
        Ok(fs::read_dir(format!("/proc/{}/task", self.process.id()))?.count())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        if !self.ends_with_its_input {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// Jobs that servers can be started over.
#[derive(Debug)]
pub(crate) enum Stored {
    /// In a folder, stored by a process whose memory is gone: start-up reads them from disk.
    Folder(TempDir),
    /// At a URL, in a server that others keep.
    Url(String),
    /// Nowhere: each server makes so many for itself.
    Nowhere(u32),
}

impl Stored {
    /// Stores jobs in a new folder, or leaves them to the memory of the servers.
    pub(crate) fn new(jobs: u32, memory: bool) -> Result<Self, Failure> {
        if memory {
            return Ok(Self::Nowhere(jobs));
        }
        let folder = tempfile::tempdir()?;
        fill(&store_url(&folder), jobs)?;
        Ok(Self::Folder(folder))
    }

    /// Stores jobs at a URL.
    pub(crate) fn at(url: String, jobs: u32) -> Result<Self, Failure> {
        fill(&url, jobs)?;
        Ok(Self::Url(url))
    }

    fn arguments(&self) -> Vec<String> {
        match self {
            Self::Folder(folder) => vec![store_url(folder)],
            Self::Url(url) => vec![url.clone()],
            Self::Nowhere(jobs) => vec!["memory:".into(), "--fill".into(), jobs.to_string()],
        }
    }
}

/// Stores jobs in another process.
fn fill(url: &str, jobs: u32) -> Result<(), Failure> {
    let status = this_program()?.args(["fill", url, &jobs.to_string()]).status()?;
    if status.success() { Ok(()) } else { Err("the jobs could not be stored".into()) }
}

fn this_program() -> Result<Command, Failure> {
    Ok(Command::new(std::env::current_exe()?))
}

fn store_url(folder: &TempDir) -> String {
    format!("embedded:{}", folder.path().display())
}
