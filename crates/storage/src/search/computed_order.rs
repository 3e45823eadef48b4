//! Lists in the order of a computed field, which no engine has an index for: the sources of all matches are read, and the
//! page is selected from them.

use std::collections::BTreeMap;

use serde_json::Value;
use tributary_domain::{IndexedField, SortKey, SortValue, Window};

use super::compile::all;
use super::numbers::Measured;
use super::page::{List, Part};
use super::walk::{Walk, WalkContent};
use super::wire::Hit;
use crate::StoreError;

/// The page of a list that is sorted by a computed field. Takes a request for each 10,000 matches, and memory for as many
/// keys beside those up to the end of the page.
pub(super) async fn computed_page(list: &List<'_>, field: &'static IndexedField) -> Result<Part, StoreError> {
    let List { call, index, query, sorting } = list;
    let (from, after) = match &query.window {
        Window::Offset { from, .. } => (*from as usize, None),
        Window::After { key, .. } => (0, key.as_ref()),
    };
    sorting.check(after.and_then(|key| key.value.as_ref()))?;
    let measured = Measured::new(index, &[field.path], call.prepared.dialect);
    let content = WalkContent::Numbers(&measured.sources());
    let matching: Value = all(index, &query.conditions, None);
    let mut walk = Walk::open((*call).clone(), index, matching, content).await?;
    let key = |hit: &Hit<'_>| {
        let number = measured.row(hit).into_iter().flatten().next();
        let number = number.filter(|number| !sorting.order.is_like_missing(*number));
        Ok(SortKey { value: number.map(SortValue::Number), id: hit.id.clone().into_owned() })
    };
    let end = from.saturating_add(query.window.size() as usize);
    let mut keys: Vec<SortKey> = Vec::new();
    let compare = |left: &SortKey, right: &SortKey| sorting.order.compare(left, right);
    let (mut count, mut from_here) = (0, 0);
    while let Some(portion) = walk.next(key).await? {
        count += portion.len() as u64;
        let is_after = |key: &SortKey| after.is_none_or(|after| compare(key, after).is_gt());
        let found = keys.len();
        keys.extend(portion.into_iter().filter(is_after));
        from_here += (keys.len() - found) as u64;
        if end < keys.len() {
            keys.select_nth_unstable_by(end, compare);
            keys.truncate(end);
        }
    }
    keys.sort_unstable_by(compare);
    let rows = list.rows(keys.into_iter().skip(from).collect(), &BTreeMap::new()).await?;
    Ok(Part { count, from_here, rows })
}
