//! How the API is mounted in an application.

mod api;
mod page;

pub use api::{Api, openapi, refuse_head};
