//! A running engine, which can be paused, killed, restarted and stopped.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::configuration::{PASSWORD, USER};
use crate::distribution::Distribution;
use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::options::EngineOptions;
use crate::process::{Processes, Start};

/// How often a start is retried if another program took the port.
const ATTEMPTS: usize = 3;
/// How much of the log an error shows.
const LINES_OF_LOG: usize = 40;
/// Below the ephemeral ports, so that the port of a stopped engine stays free.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// The interval of checks during a start.
const PAUSE: Duration = Duration::from_millis(100);

/// An engine. Its processes and its folder are removed when it is dropped or its owner ends in any way.
#[derive(Debug)]
pub struct Engine {
    // Dropped in this order: the processes end before their folder is removed.
    processes: Option<Processes>,
    instance: Instance,
    endpoint: Endpoint,
    deadline: Duration,
}

impl Engine {
    /// Starts an engine, fetches it first if necessary, and waits until it is ready.
    pub fn start(distribution: &'static Distribution, options: &EngineOptions) -> Result<Self> {
        let instance = Instance::create(distribution, options)?;
        let credentials = distribution.security.then(|| (USER.to_owned(), PASSWORD.to_owned()));
        let (user, password) = credentials.unzip();
        let endpoint = Endpoint { distribution, url: String::new(), user, password };
        let mut engine = Self { processes: None, instance, endpoint, deadline: options.deadline };
        for attempt in 1.. {
            let port = options.port.map_or_else(free_port, Ok)?;
            engine.instance.configure(port, free_port()?, &options.settings)?;
            engine.endpoint.url = format!("http://127.0.0.1:{port}");
            match engine.run() {
                Ok(()) => break,
                Err(_) if attempt < ATTEMPTS && options.port.is_none() && engine.missed_its_port() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(engine)
    }

    /// Its distribution.
    pub fn distribution(&self) -> &'static Distribution {
        self.endpoint.distribution
    }

    /// Its address.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Its folder: settings, data, logs.
    pub fn folder(&self) -> &Path {
        self.instance.folder()
    }

    /// The server process; `None` while it is killed.
    pub fn pid(&self) -> Option<u32> {
        self.processes.as_ref().and_then(Processes::worker)
    }

    /// Whether it is running.
    pub fn is_running(&self) -> Result<bool> {
        self.processes.as_ref().map_or(Ok(false), |processes| Ok(!processes.has_ended()?))
    }

    /// Pauses it: connections are accepted, but there are no responses.
    pub fn pause(&self) -> Result<()> {
        self.running()?.signal(Signal::STOP)
    }

    /// Resumes it after [`pause`](Self::pause).
    pub fn resume(&self) -> Result<()> {
        self.running()?.signal(Signal::CONT)
    }

    /// Kills it like a power failure; its data stays.
    pub fn kill(&mut self) -> Result<()> {
        match self.processes.take() {
            Some(mut processes) => processes.kill(),
            None => Ok(()),
        }
    }

    /// Starts it again on the same port with the same data, after a regular stop if it is running.
    pub fn restart(&mut self) -> Result<()> {
        if let Some(mut processes) = self.processes.take() {
            processes.end_in_order()?;
        }
        self.run()
    }

    /// Stops it and removes its folder; unlike dropping, it returns errors.
    pub fn stop(mut self) -> Result<()> {
        self.kill()
    }

    fn running(&self) -> Result<&Processes> {
        self.processes.as_ref().with_context(|| format!("{} does not run", self.distribution()))
    }

    /// Starts the processes and waits until they are ready.
    fn run(&mut self) -> Result<()> {
        let start = Instant::now();
        let instance = &self.instance;
        let start_of_engine = Start {
            program: &instance.program(),
            folder: instance.folder(),
            console: &instance.console(),
            tidies_up: false,
        };
        let mut processes = Processes::start(&start_of_engine, |command| instance.prepare(command))?;
        loop {
            let Err(error) = self.endpoint.check_health() else { break };
            if processes.has_ended()? {
                bail!("{} ended while it started:\n{}", self.distribution(), self.log());
            }
            if start.elapsed() > self.deadline {
                let seconds = self.deadline.as_secs();
                let distribution = self.distribution();
                bail!("{distribution} is not ready after {seconds} s ({error}):\n{}", self.log());
            }
            thread::sleep(PAUSE);
        }
        processes.set_worker(self.endpoint.process()?)?;
        self.processes = Some(processes);
        Ok(())
    }

    /// Whether it ended because the port was taken.
    fn missed_its_port(&self) -> bool {
        let log = self.log();
        log.contains("BindException")
            || log.contains("BindTransportException")
            || log.contains("BindHttpException")
    }

    /// The end of its log.
    fn log(&self) -> String {
        let console = self.instance.console();
        let text = fs::read(&console).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LINES_OF_LOG)..].join("\n")
    }
}

/// A free port; each call starts its search at another one.
pub(crate) fn free_port() -> Result<u16> {
    let width = PORTS.end - PORTS.start;
    let first = u16::try_from(RandomState::new().hash_one(()) % u64::from(width))?;
    (0..width)
        .map(|step| PORTS.start + (first + step) % width)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no port is free")
}
