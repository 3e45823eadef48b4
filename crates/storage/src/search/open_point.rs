//! Open points in time, and how many lists have left open.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// How many points in time of lists are open at a time: OpenSearch allows a node 300.
const OPEN_AT_A_TIME: usize = 100;

/// An open point in time. Its id may change with each search.
#[derive(Debug)]
pub(super) struct OpenPoint(Mutex<String>);

impl OpenPoint {
    /// The one with this id.
    pub(super) fn of(id: String) -> Self {
        Self(Mutex::new(id))
    }

    /// Its present id.
    pub(super) fn id(&self) -> String {
        self.lock().clone()
    }

    /// The part of a search that names it, and keeps it open for longer.
    pub(super) fn clause(&self) -> Value {
        json!({ "id": *self.lock(), "keep_alive": "5m" })
    }

    /// Takes the id of an answer for the next search.
    pub(super) fn renew(&self, id: Option<String>) {
        if let Some(id) = id {
            *self.lock() = id;
        }
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The points in time that lists have left open for their next pages.
#[derive(Debug, Default)]
pub(super) struct LeftOpen(Mutex<VecDeque<String>>);

impl LeftOpen {
    /// Adds one, and returns the oldest if there are too many: it is to be closed.
    pub(super) fn add(&self, id: &str) -> Option<String> {
        let mut left_open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left_open.push_back(id.to_owned());
        if left_open.len() > OPEN_AT_A_TIME { left_open.pop_front() } else { None }
    }

    /// Removes one that is used or closed.
    pub(super) fn remove(&self, id: &str) {
        let mut left_open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left_open.retain(|open| open != id);
    }
}
