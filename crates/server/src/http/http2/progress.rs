//! Whether anything goes on in a connection: requests that run, and answers that their client takes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::plan::{DISCONNECT_TIMEOUT, Plan};

/// What goes on in a connection.
#[derive(Debug)]
pub(super) struct Progress {
    first_request: Duration,
    keep_alive: Duration,
    write_timeout: Duration,
    /// How many requests have begun.
    begun: Cell<u64>,
    running: Cell<usize>,
    idle_since: Cell<Instant>,
    /// When the client has to have taken what it was given of an answer.
    deadlines: RefCell<HashMap<u64, Instant>>,
}

/// How a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Going,
    /// Nothing runs, and has not for too long.
    Idle,
    /// The client does not take an answer.
    Stalled,
}

/// A request that runs, until its answer is sent.
#[derive(Debug)]
pub(super) struct Running {
    progress: Rc<Progress>,
    number: u64,
}

impl Progress {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            first_request: plan.limits.head_timeout,
            keep_alive: plan.keep_alive,
            write_timeout: plan.limits.write_timeout,
            begun: Cell::new(0),
            running: Cell::new(0),
            idle_since: Cell::new(Instant::now()),
            deadlines: RefCell::default(),
        }
    }

    /// A request begins.
    pub(super) fn begin(self: &Rc<Self>) -> Running {
        self.begun.set(self.begun.get() + 1);
        self.running.set(self.running.get() + 1);
        Running { progress: Rc::clone(self), number: self.begun.get() }
    }

    /// Where it stands; a connection that is ending is not kept.
    pub(super) fn standing(&self, is_ending: bool) -> Standing {
        let now = Instant::now();
        if self.deadlines.borrow().values().any(|deadline| *deadline <= now) {
            return Standing::Stalled;
        }
        let patience = match self.begun.get() {
            _ if is_ending => DISCONNECT_TIMEOUT,
            0 => self.first_request,
            _ => self.keep_alive,
        };
        let is_idle = self.running.get() == 0 && now >= self.idle_since.get() + patience;
        if is_idle { Standing::Idle } else { Standing::Going }
    }
}

impl Running {
    /// The client was given a part of the answer.
    pub(super) fn given(&self) {
        let deadline = Instant::now() + self.progress.write_timeout;
        self.progress.deadlines.borrow_mut().insert(self.number, deadline);
    }

    /// The client took what it was given.
    pub(super) fn taken(&self) {
        self.progress.deadlines.borrow_mut().remove(&self.number);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.taken();
        let running = self.progress.running.get() - 1;
        self.progress.running.set(running);
        if running == 0 {
            self.progress.idle_since.set(Instant::now());
        }
    }
}
