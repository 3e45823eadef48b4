//! The process around the API: how it is set up, what it refuses to start on, how it ends, what it logs.
#![allow(missing_docs, reason = "a test")]

mod command_line;
mod damage;
mod full_disk;
mod log;
mod start;
mod stop;
