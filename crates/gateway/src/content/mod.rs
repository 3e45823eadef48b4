//! The content indices: requests for them are passed on to a search engine.
//!
//! What is passed on stands in one table (`allowed`). The indices of this service in the same engine are out of reach:
//! paths are decoded once and checked (`target`, `pattern`, `expression`), and so are the bodies that can name indices
//! (`strings`, `processors`, `actions`, `lines`). At the same places it is checked that the API key of the caller covers
//! what is named (`needs`, `rights`). Everything else passes unread, in pieces, in both directions.

mod actions;
mod allowed;
mod answer;
mod body_check;
mod cursors;
mod default_pipeline;
mod engine;
mod expression;
mod failure;
mod headers;
mod lines;
mod looking;
mod needs;
mod own_names;
mod passing;
mod pattern;
mod point_in_time;
mod processors;
mod receiving;
mod rights;
mod spool;
mod strings;
mod target;
mod upload;
mod work_clock;

pub use allowed::{Looked, PASSED, Passed};
pub use engine::Content;
pub use needs::{Named, Need};
pub(crate) use passing::pass;
pub use pattern::AllowedMore;
pub use upload::LONGEST as LONGEST_BODY;
