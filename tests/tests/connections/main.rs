//! Connections: who keeps them, who asks for another protocol, and what is sent on them at once.
#![allow(missing_docs, reason = "a test")]

mod bodies;
mod refused;
mod storm;
mod unread;
mod upgrade;

use tributary_tests::{Answer, Connection};

/// What is answered on a connection to one request after the other.
fn answers(connection: &mut Connection, count: usize) -> Vec<Answer> {
    (0..count).map(|_| connection.read_answer(false).expect("an answer")).collect()
}
