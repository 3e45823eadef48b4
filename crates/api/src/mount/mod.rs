//! Mounting of the API in an application.

mod api;

pub use api::{Api, openapi};
