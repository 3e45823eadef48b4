//! The control indices: connectors and sync jobs as documents of an index.

mod control_index;
mod query;
mod search;
mod shards;

pub(crate) use control_index::{CHOICES, ControlIndex};
pub(crate) use search::{
    CountBody, Search, SearchAnswer, SearchBody, count, number_of, read_source, search, source,
};
pub(crate) use shards::{SHARDS, Shards};
