//! The exit status and output of a process.

use std::process::ExitStatus;

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit status.
    pub status: ExitStatus,
    /// All of its standard output.
    pub output: String,
    /// All of its standard error.
    pub log: String,
}

impl Ended {
    /// Checks that the process failed with an error message.
    ///
    /// # Panics
    /// If it succeeded, panicked, was ended by a signal, or its message lacks one of the parts.
    pub fn gave_up_naming(&self, parts: &[&str]) -> &Self {
        assert!(self.status.code().is_some_and(|code| code != 0), "{self:#?}");
        assert!(self.output.is_empty(), "something on standard output: {self:#?}");
        self.without_panic();
        for part in parts {
            assert!(self.log.contains(part), "[{part}] is missing: {}", self.log);
        }
        self
    }

    /// Checks that no panic text is in the log.
    ///
    /// # Panics
    /// If there is one.
    pub fn without_panic(&self) -> &Self {
        assert!(!self.log.contains("panicked") && !self.log.contains("RUST_BACKTRACE"), "{}", self.log);
        self
    }
}
