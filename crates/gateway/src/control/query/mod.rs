//! Queries of the query DSL as conditions of the domain. What is not served is refused by name.

mod bounds;
mod clause;
mod leaf;
mod reader;

use serde_json::Value;
use tributary_domain::{Collection, Condition, Refusal, Timestamp};

use self::reader::QueryReader;

/// The condition that a query is, on documents of a collection.
pub(crate) fn read_query(
    collection: Collection,
    now: Timestamp,
    query: &Value,
) -> Result<Condition, Refusal> {
    QueryReader { collection, now, clauses: 0 }.clause(query, 1)
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
