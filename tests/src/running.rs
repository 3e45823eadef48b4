//! A command that runs until something happens.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use crate::ended::Ended;
use crate::launch::Launch;
use crate::output::Output;
use crate::wait_until;

/// A running command; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    output: Output,
    log: Output,
}

impl Launch {
    /// Starts the binary and lets it run.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(self) -> Running {
        let (child, output, log) = self.spawn();
        Running { child, output, log }
    }
}

impl Running {
    /// What it has written to standard output.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// What it has written to standard error.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let process = process.expect("process ids are small positive numbers");
        kill_process(process, signal).expect("a running process takes signals");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it does not end.
    pub fn wait(mut self) -> Ended {
        let mut status = None;
        wait_until("the command ends", || {
            status = self.child.try_wait().expect("a child can be waited for");
            status.is_some()
        });
        let status = status.expect("it was waited for");
        Ended { status, output: self.output.rest(), log: self.log.rest() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
