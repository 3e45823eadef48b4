//! Lists and counts of small collections: all documents are read and filtered in memory.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;
use tributary_domain::{Document, Query, SortKey, Window};

use super::call::Call;
use super::indices::Index;
use super::source::{parse, render};
use super::walk::{Walk, WalkContent};
use crate::{Counts, Page, StoreError};

/// The page of documents that a query selects.
pub(super) async fn list(call: &Call, index: &Index, query: &Query) -> Result<Page, StoreError> {
    let take =
        |id: &str, source: &str, document: &Document| Ok((query.key(id, document), render(source, id)?));
    let mut found: Vec<(SortKey, Bytes)> = matching(call, index, query, take).await?;
    found.sort_by(|(left, _), (right, _)| query.order.compare(left, right));
    let count = found.len() as u64;
    let size = query.window.size() as usize;
    let start = match &query.window {
        Window::Offset { from, .. } => *from as usize,
        Window::After { key: None, .. } => 0,
        Window::After { key: Some(key), .. } => {
            found.partition_point(|(other, _)| query.order.compare(other, key).is_le())
        }
    };
    let page = || found.iter().skip(start).take(size);
    let from_here = found.len().saturating_sub(start) as u64;
    let last = page().last().filter(|_| query.window.continues_after(page().len(), from_here));
    let next = last.map(|(key, _)| key.clone());
    let documents = page().map(|(_, document)| document).collect();
    Ok(Page { count, documents, next, point_in_time: None })
}

/// How many documents match, in total and grouped by the values of fields.
pub(super) async fn count(
    call: &Call,
    index: &Index,
    query: &Query,
    by: &[&'static str],
) -> Result<Counts, StoreError> {
    let take = |_: &str, _: &str, document: &Document| Ok(groups(query, by, document));
    let found = matching(call, index, query, take).await?;
    let mut counts = Counts { total: found.len() as u64, groups: BTreeMap::new() };
    for group in found.into_iter().flatten().filter(|_| !by.is_empty()) {
        *counts.groups.entry(group).or_default() += 1;
    }
    Ok(counts)
}

/// The groups that a document belongs to: each combination of its values.
fn groups(query: &Query, by: &[&'static str], document: &Document) -> Vec<Vec<Option<String>>> {
    by.iter().fold(vec![Vec::new()], |groups, path| {
        let words = query.collection.field(path).map(|field| field.words(document)).unwrap_or_default();
        let words: Vec<Option<String>> =
            if words.is_empty() { vec![None] } else { words.into_iter().map(Some).collect() };
        let with = |group: Vec<Option<String>>| {
            words.iter().map(|word| [&*group, std::slice::from_ref(word)].concat()).collect::<Vec<_>>()
        };
        groups.into_iter().flat_map(with).collect()
    })
}

/// What is kept of each matching document.
async fn matching<T>(
    call: &Call,
    index: &Index,
    query: &Query,
    take: impl Fn(&str, &str, &Document) -> Result<T, StoreError> + Send + Sync,
) -> Result<Vec<T>, StoreError> {
    let mut walk = Walk::open(call.clone(), index, json!({ "match_all": {} }), WalkContent::Source).await?;
    let mut found = Vec::new();
    while let Some(portion) = walk
        .next(|hit| {
            let document = parse(hit.text(), &hit.id)?;
            query.matches(&hit.id, &document).then(|| take(&hit.id, hit.text(), &document)).transpose()
        })
        .await?
    {
        found.extend(portion.into_iter().flatten());
    }
    Ok(found)
}
