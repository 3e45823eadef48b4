//! In which indices the documents of a collection are, and the form of a line for `_bulk`.

use serde::Serialize;

use crate::{Collection, index_names};

/// The collection that an index holds, if it holds one.
pub(super) fn collection_of(index: &str) -> Option<Collection> {
    super::COLLECTIONS.into_iter().find(|collection| {
        [index_names::index(*collection), index_names::alias(*collection)].contains(&index)
    })
}

/// All names by which the indices are known, for messages.
pub(super) fn all_names() -> String {
    let names: Vec<String> = super::COLLECTIONS
        .iter()
        .flat_map(|collection| [index_names::index(*collection), index_names::alias(*collection)])
        .map(|name| format!("[{name}]"))
        .collect();
    names.join(", ")
}

/// The line that stands before a document in a bulk body.
#[derive(Serialize)]
struct Action<'a> {
    create: Target<'a>,
}

#[derive(Serialize)]
struct Target<'a> {
    #[serde(rename = "_index")]
    index: &'static str,
    #[serde(rename = "_id")]
    id: &'a str,
}

/// The action that creates a document with this id.
pub(super) fn action(collection: Collection, id: &str) -> serde_json::Result<String> {
    serde_json::to_string(&Action { create: Target { index: index_names::index(collection), id } })
}
