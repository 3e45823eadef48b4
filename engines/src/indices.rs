//! Indices of a test's own, gone with it: an engine has a limit to how many it holds, and is slow long
//! before that.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use serde_json::Value;

use crate::endpoint::Endpoint;

/// Names for the indices of one test, which are deleted when it is dropped.
#[derive(Debug)]
pub struct Indices {
    endpoint: &'static Endpoint,
    prefix: String,
    next: AtomicU32,
}

impl Indices {
    /// Names that no other test has.
    pub fn new(endpoint: &'static Endpoint) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("test-{}-{number}-", std::process::id());
        Self { endpoint, prefix, next: AtomicU32::new(0) }
    }

    /// The engine that they are in.
    pub fn endpoint(&self) -> &'static Endpoint {
        self.endpoint
    }

    /// What stands before the names of indices; something else each time.
    pub fn fresh_prefix(&self) -> String {
        format!("{}{}-", self.prefix, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Deletes them by their names: engines do not take patterns for that.
    fn delete(&self) -> Result<()> {
        let pattern = format!("/_cat/indices/{}*?expand_wildcards=all&format=json&h=index", self.prefix);
        let found = self.endpoint.send("GET", &pattern, "")?;
        let names: Vec<&str> =
            found.as_array().into_iter().flatten().filter_map(|row| row["index"].as_str()).collect();
        // A request line has a limit too.
        for some in names.chunks(32) {
            let _: Value = self.endpoint.send("DELETE", &format!("/{}", some.join(",")), "")?;
        }
        Ok(())
    }
}

impl Drop for Indices {
    fn drop(&mut self) {
        // An engine that is stopped by now takes them with it; a test that fails has told why already.
        if let Err(error) = self.delete()
            && !std::thread::panicking()
        {
            eprintln!("indices of {} are left: {error}", self.endpoint.distribution);
        }
    }
}
