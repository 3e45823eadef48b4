//! Temporary indices of a test, since an engine gets slow with many indices.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use serde_json::Value;

use crate::endpoint::Endpoint;

/// Generates names for the indices of a test, and deletes the indices when dropped.
#[derive(Debug)]
pub struct Indices {
    endpoint: &'static Endpoint,
    prefix: String,
    next: AtomicU32,
}

impl Indices {
    /// A generator of unique names.
    pub fn new(endpoint: &'static Endpoint) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("test-{}-{number}-", std::process::id());
        Self { endpoint, prefix, next: AtomicU32::new(0) }
    }

    /// The engine with the indices.
    pub fn endpoint(&self) -> &'static Endpoint {
        self.endpoint
    }

    /// A new, unique prefix of index names.
    pub fn fresh_prefix(&self) -> String {
        format!("{}{}-", self.prefix, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Deletes the indices by name, since engines do not allow patterns.
    fn delete(&self) -> Result<()> {
        let pattern = format!("/_cat/indices/{}*?expand_wildcards=all&format=json&h=index", self.prefix);
        let found = self.endpoint.send("GET", &pattern, "")?;
        let names: Vec<&str> =
            found.as_array().into_iter().flatten().filter_map(|row| row["index"].as_str()).collect();
        // The length of a request line is limited.
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
