//! How the API is mounted in an application.

mod api;

pub use api::{Api, openapi};
