//! The answers of aggregations, from the counts of the store or from documents that were loaded.

use serde_json::{Map, Value};
use tributary_api::ApiError;
use tributary_service::{Context, document};
use tributary_storage::Store;

use super::hits::Found;
use super::plan::Search;

/// The answers of all aggregations, if there are any; `found` are all matching documents, where they were loaded.
pub(super) async fn aggregate(
    store: &dyn Store,
    context: &Context,
    search: &Search,
    found: Option<&[Found]>,
) -> Result<Option<Map<String, Value>>, ApiError> {
    if search.aggregations.is_empty() {
        return Ok(None);
    }
    let is_counted = search.aggregations.iter().all(|aggregation| aggregation.field.is_counted);
    let loaded = match found {
        None if !is_counted => Some(search.candidates(store, context).await?),
        _ => None,
    };
    let found = found.or(loaded.as_deref());
    let mut answers = Map::new();
    for aggregation in &search.aggregations {
        let counts = if let Some(found) = found {
            aggregation.counts_of(found.iter().map(|found| &found.document))
        } else {
            let counts = document::count(store, context, &search.query(), &[aggregation.field.path]).await?;
            let words = counts.groups.into_iter();
            words.filter_map(|(mut group, count)| Some((group.pop()??, count))).collect()
        };
        answers.insert(aggregation.name.clone(), aggregation.answer(counts));
    }
    Ok(Some(answers))
}
