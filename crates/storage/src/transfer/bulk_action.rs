//! The indices of the collections, and the action lines of bulk bodies.

use serde::Serialize;

use tributary_domain::Collection;

/// The collection that an index holds, if it holds one.
pub(super) fn collection_of(index: &str) -> Option<Collection> {
    let is_it = |collection: &Collection| collection.index_name() == index || collection.index_alias == index;
    super::COLLECTIONS.into_iter().find(is_it)
}

/// All names and aliases of the indices, for messages.
pub(super) fn all_names() -> String {
    let names: Vec<String> = super::COLLECTIONS
        .iter()
        .flat_map(|collection| [collection.index_name(), collection.index_alias.to_owned()])
        .map(|name| format!("[{name}]"))
        .collect();
    names.join(", ")
}

/// The line before a document in a bulk body.
#[derive(Serialize)]
struct ActionLine<'a> {
    create: Target<'a>,
}

#[derive(Serialize)]
struct Target<'a> {
    #[serde(rename = "_index")]
    index: &'a str,
    #[serde(rename = "_id")]
    id: &'a str,
}

/// The action that creates a document with this id.
pub(super) fn action(collection: Collection, id: &str) -> serde_json::Result<String> {
    serde_json::to_string(&ActionLine { create: Target { index: &collection.index_name(), id } })
}
