//! Starting the binary with arguments and environment.

use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};

use crate::ended::Ended;
use crate::output::Output;
use crate::server::Server;
use crate::{binary, wait_until};

/// A builder for starting the binary.
#[derive(Debug)]
pub struct Launch {
    command: Command,
}

impl Launch {
    /// On a free port, over the store.
    pub fn over(store: &str) -> Self {
        Self::bare().arguments(["--listen", "127.0.0.1:0", "--store", store])
    }

    /// Without any argument.
    pub fn bare() -> Self {
        Self::of(binary())
    }

    /// Of another program, which must become or start the binary.
    pub fn of(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TRIBUTARY_") {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Applies any other change to the command.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Command)) -> Self {
        change(&mut self.command);
        self
    }

    /// Starts the binary and waits until it is ready.
    ///
    /// # Panics
    /// If it ends or does not become ready; with its log.
    pub fn start(self) -> Server {
        let (child, output, log) = self.spawn();
        Server::ready(child, output, log)
    }

    /// Starts the binary and waits for its end.
    ///
    /// # Panics
    /// If it does not end.
    pub fn finish(self) -> Ended {
        let (mut child, mut output, mut log) = self.spawn();
        let mut status = None;
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until("the process ends by itself", || {
                status = child.try_wait().expect("a child can be waited for");
                status.is_some()
            });
        }));
        let Some(status) = status.filter(|_| ended.is_ok()) else {
            let _ = child.kill();
            panic!("it runs on; output: {}\nlog: {}", output.rest(), log.rest());
        };
        Ended { status, output: output.rest(), log: log.rest() }
    }

    pub(crate) fn spawn(mut self) -> (Child, Output, Output) {
        let mut child = self
            .command
            .spawn()
            .unwrap_or_else(|error| panic!("{:?} cannot be started: {error}", self.command));
        let output = Output::of(child.stdout.take().expect("standard output is piped"));
        let log = Output::of(child.stderr.take().expect("standard error is piped"));
        (child, output, log)
    }
}

impl Server {
    /// A service over a store, on a free port.
    pub fn start(store: &str) -> Self {
        Launch::over(store).start()
    }
}
