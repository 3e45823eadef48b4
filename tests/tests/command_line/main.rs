//! The commands that ask a running service, over the real binary.
#![allow(missing_docs, reason = "a test")]

mod completion;
mod failures;
mod flags;
mod jobs;
mod lists;
mod terminal;
mod watch;

use std::fs;

use tempfile::TempDir;
use tributary_tests::{Ended, Launch, Server, embedded, folder};

/// A service over an embedded store.
struct Service {
    server: Server,
    folder: TempDir,
}

impl Service {
    /// Over an empty store.
    fn new() -> Self {
        Self::holding("")
    }

    /// Over a store with these lines of an export.
    fn holding(lines: &str) -> Self {
        let folder = folder();
        let store = embedded(&folder.path().join("store"));
        let input = folder.path().join("input.ndjson");
        fs::write(&input, lines).unwrap();
        let import = Launch::bare().arguments(["import", "--to", &store, input.to_str().unwrap()]).finish();
        assert!(import.status.success(), "{import:#?}");
        Self { server: Server::start(&store), folder }
    }

    fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Runs a command, which is to end with this code and without panic.
    #[track_caller]
    fn run(&self, code: i32, arguments: &[&str]) -> Ended {
        run(&self.url(), code, arguments)
    }

    /// The standard output of a successful command.
    #[track_caller]
    fn output(&self, arguments: &[&str]) -> String {
        self.run(0, arguments).output
    }
}

#[track_caller]
fn run(url: &str, code: i32, arguments: &[&str]) -> Ended {
    let ended = Launch::bare().arguments(arguments).variable("TRIBUTARY_URL", url).finish();
    assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {ended:#?}");
    ended.without_panic();
    ended
}

/// A line of an export with a job.
fn job(id: &str, source: &str) -> String {
    format!("{{\"_index\":\".elastic-connectors-sync-jobs\",\"_id\":{id:?},\"_source\":{source}}}\n")
}
