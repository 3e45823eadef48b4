//! Where Elasticsearch keeps connectors and sync jobs, and the form of a line for `_bulk`.

use serde::Serialize;

use crate::Collection;

/// The index of a collection, and the alias under which it is also known.
const fn names(collection: Collection) -> [&'static str; 2] {
    match collection {
        Collection::Connectors => [".elastic-connectors-v1", ".elastic-connectors"],
        Collection::SyncJobs => [".elastic-connectors-sync-jobs-v1", ".elastic-connectors-sync-jobs"],
    }
}

/// The collection that an index holds, if it is one of the two.
pub(super) fn collection_of(index: &str) -> Option<Collection> {
    super::COLLECTIONS.into_iter().find(|collection| names(*collection).contains(&index))
}

/// All names by which the two indices are known, for messages.
pub(super) fn all_names() -> String {
    let names: Vec<String> = super::COLLECTIONS
        .iter()
        .flat_map(|collection| names(*collection))
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
    serde_json::to_string(&Action { create: Target { index: names(collection)[0], id } })
}
