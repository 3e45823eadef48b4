//! Connections: keep-alive, protocol upgrades and pipelining.
#![allow(missing_docs, reason = "a test")]

mod bodies;
mod crowd;
mod refused;
mod storm;
mod unread;
mod upgrade;

use tributary_tests::{Answer, Connection};

/// The answers on one connection to consecutive requests.
fn answers(connection: &mut Connection, count: usize) -> Vec<Answer> {
    (0..count).map(|_| connection.read_answer(false).expect("an answer")).collect()
}
