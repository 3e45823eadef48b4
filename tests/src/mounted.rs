//! The running example of the API in another service.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::binary;

/// The example `mount` over a memory store; stopped when dropped.
#[derive(Debug)]
pub struct Mounted {
    process: Child,
    address: String,
}

impl Mounted {
    /// Starts it, and waits until it prints its address.
    ///
    /// # Panics
    /// If it cannot be built or does not print the address.
    pub fn start() -> Self {
        let process = Command::new(binary::mount()).arg("127.0.0.1:0").stdout(Stdio::piped()).spawn();
        let mut mounted =
            Self { process: process.expect("the example can be started"), address: String::new() };
        let output = mounted.process.stdout.take().expect("its output is read");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it can be read");
        let address = line.trim().strip_prefix("listening on http://").expect("the ready line");
        address.clone_into(&mut mounted.address);
        mounted
    }

    /// Its address and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Asks it to stop with SIGTERM, and waits for its end.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn stop(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.process), Signal::TERM).expect("a running process takes signals");
        self.process.wait().expect("a child can be waited for")
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
