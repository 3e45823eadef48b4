//! Mounting of the API in an application.

mod api;
mod paths;

pub use api::{Api, openapi};
