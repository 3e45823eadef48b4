//! Real OpenSearch and Elasticsearch servers for tests and tasks: fetched, started and ended by the project.

mod configuration;
mod distribution;
mod endpoint;
mod engine;
mod fetch;
mod instance;
mod java;
mod process;
mod selection;
mod shared;
mod user;

pub use distribution::{Distribution, Product};
pub use endpoint::Endpoint;
pub use engine::{Engine, Options};
pub use fetch::{cache, fetch};
pub use java::{Java, find as find_java};
pub use selection::{BACKENDS, SELECTION, selected};
pub use shared::{environment_variable, shared};
