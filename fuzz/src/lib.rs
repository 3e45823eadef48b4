//! Fuzz targets: functions that take any bytes and hold the answers of the service against what is promised of all of
//! them. `fuzz/tests/fuzz.rs` feeds them; [`generated`] makes requests for a service that runs.

mod answer;
pub mod corpus;
pub mod edit;
pub mod generated;
mod message;
mod service;
pub mod targets;
