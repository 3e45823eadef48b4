//! A running service.

use std::net::SocketAddr;
use std::process::{Child, ExitStatus};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::answer::{Answer, Listing};
use crate::connection::Connection;
use crate::ended::Ended;
use crate::output::Output;
use crate::wait_until;

/// The text before the address in the line on standard output.
const READY: &str = "tributary is listening on ";

/// A running service; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    output: Output,
    log: Output,
    address: SocketAddr,
    /// Sent with each request that has no header of its own for it.
    authorization: Option<String>,
}

impl Server {
    /// Waits for the ready line of a process.
    pub(crate) fn ready(mut child: Child, mut output: Output, mut log: Output) -> Self {
        let mut address = None;
        let mut ended = false;
        wait_until("the ready line", || {
            ended = child.try_wait().is_ok_and(|status| status.is_some());
            let text = output.text();
            let url = text.split_once('\n').and_then(|(line, _)| line.strip_prefix(READY));
            address = url.and_then(|url| url.split_once("://")?.1.parse().ok());
            address.is_some() || ended
        });
        let Some(address) = address.filter(|_| !ended) else {
            panic!("it ended before it was ready; output: {}\nlog: {}", output.rest(), log.rest());
        };
        Self { child, output, log, address, authorization: None }
    }

    /// Sends an `Authorization` header with each request.
    #[must_use]
    pub fn authorized(mut self, header: &str) -> Self {
        self.authorization = Some(header.to_owned());
        self
    }

    /// Whether requests are sent with an `Authorization` header.
    pub fn is_authorized(&self) -> bool {
        self.authorization.is_some()
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A new connection to it.
    ///
    /// # Panics
    /// If it cannot connect.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
            .unwrap_or_else(|error| panic!("no connection: {error}; {}", self.log()))
    }

    /// One request without a body.
    pub fn call(&self, method: &str, target: &str) -> Answer {
        self.answer_to(method, target, &[], None)
    }

    /// `GET`.
    pub fn get(&self, target: &str) -> Answer {
        self.call("GET", target)
    }

    /// One request with a JSON body.
    pub fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        self.answer_to(method, target, &[("Content-Type", "application/json")], Some(body.as_bytes()))
    }

    /// `PUT`, without a body if it is empty, otherwise with a JSON body.
    pub fn put(&self, target: &str, body: &str) -> Answer {
        if body.is_empty() { self.call("PUT", target) } else { self.send("PUT", target, body) }
    }

    /// Any request, on a connection of its own.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn answer_to(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let mut headers = headers.to_vec();
        let is_given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some(authorization) = self.authorization.as_deref().filter(|_| !is_given) {
            headers.push(("Authorization", authorization));
        }
        let answer = self.connect().request(method, target, &headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {target} has no answer: {error}; {}", self.log()))
    }

    /// A list, which must be a success.
    pub fn list(&self, target: &str) -> Listing {
        self.get(target).expect(200).listing()
    }

    /// What it has written to standard output.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Kills it with SIGKILL.
    pub fn kill(mut self) -> Ended {
        let _ = self.child.kill();
        self.wait()
    }

    /// Sends SIGTERM.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn signal(&self, signal: Signal) {
        kill_process(process_id(&self.child), signal).expect("a running process takes signals");
    }

    /// Limits the size of files that the process writes, to simulate a full disk.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = Rlimit { current: bytes, maximum: None };
        prlimit(Some(process_id(&self.child)), Resource::Fsize, limit).expect("a limit can be set");
    }

    /// Its peak memory in bytes.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process()));
        let status = status.expect("a running process has a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kibibytes.and_then(|number| number.parse::<usize>().ok()).expect("a number of kibibytes") * 1024
    }

    /// How many files and connections it has open.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn open_descriptors(&self) -> usize {
        let descriptors = std::fs::read_dir(format!("/proc/{}/fd", self.process()));
        descriptors.expect("a running process has descriptors").count()
    }

    /// Sends SIGTERM and waits for the end, which must be a success.
    ///
    /// # Panics
    /// If it ends otherwise, or not at all.
    pub fn stop(mut self) -> Ended {
        self.terminate();
        let ended = self.wait();
        assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
        ended.without_panic();
        ended
    }

    /// Waits for the end of a process that was told to stop.
    ///
    /// # Panics
    /// If it does not end.
    pub fn wait(&mut self) -> Ended {
        let mut status: Option<ExitStatus> = None;
        wait_until("the process ends", || {
            status = self.child.try_wait().expect("a child can be waited for");
            status.is_some()
        });
        let status = status.expect("it was waited for");
        Ended { status, output: self.output.rest(), log: self.log.rest() }
    }
}

fn process_id(child: &Child) -> Pid {
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    process.expect("process ids are small positive numbers")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
