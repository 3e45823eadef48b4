//! Real OpenSearch and Elasticsearch servers for tests and tasks, which are fetched, started and stopped automatically,
//! and a real PostgreSQL, as a source of what is synced.
//!
//! ```
//! use tributary_engines::Distribution;
//!
//! // The default of a product, and all that the tests cover.
//! let opensearch = Distribution::find("opensearch", None).unwrap();
//! assert!(Distribution::ALL.iter().any(|known| known.version == opensearch.version));
//! // `Engine::start(opensearch, &EngineOptions::default())` fetches it once and starts it.
//! ```

mod configuration;
mod distribution;
mod endpoint;
mod engine;
mod fetch;
mod indices;
mod instance;
mod java;
mod options;
mod postgres;
mod postgres_programs;
mod process;
mod selection;
mod shared;
mod user;

pub use distribution::{Distribution, Product};
pub use endpoint::Endpoint;
pub use engine::Engine;
pub use fetch::{cache, fetch};
pub use indices::Indices;
pub use java::{Java, find as find_java};
pub use options::EngineOptions;
pub use postgres::Postgres;
pub use selection::{BACKENDS, SELECTION, selected};
pub use shared::{environment_variable, shared};
