//! The model: the simplest implementation of the contract, with which stores are compared.

use std::collections::BTreeMap;

use tributary_domain::{Collection, Document, Query, SortKey, Window};

use crate::Counts;

/// All documents by collection and id.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) documents: BTreeMap<(Collection, String), Document>,
}

/// A page of the model.
#[derive(Debug, PartialEq)]
pub(super) struct ModelPage {
    pub(super) count: u64,
    /// The rendered documents.
    pub(super) texts: Vec<String>,
    pub(super) next: Option<SortKey>,
}

impl Model {
    fn matching(&self, query: &Query) -> impl Iterator<Item = (&str, &Document)> {
        let documents = self.documents.iter().filter(|((collection, _), _)| *collection == query.collection);
        documents
            .map(|((_, id), document)| (id.as_str(), document))
            .filter(|(id, document)| query.matches(id, document))
    }

    pub(super) fn list(&self, query: &Query) -> ModelPage {
        let mut found: Vec<(SortKey, String)> = self
            .matching(query)
            .map(|(id, document)| (query.key(id, document), document.render(id)))
            .collect();
        found.sort_by(|(left, _), (right, _)| query.order.compare(left, right));
        let count = found.len() as u64;
        let size = query.window.size() as usize;
        let (mut page, is_continued): (Vec<_>, bool) = match &query.window {
            Window::Offset { from, .. } => (found.into_iter().skip(*from as usize).collect(), false),
            Window::After { key, .. } => {
                let is_after = |(one, _): &(SortKey, String)| {
                    key.as_ref().is_none_or(|key| query.order.compare(one, key).is_gt())
                };
                (found.into_iter().filter(is_after).collect(), true)
            }
        };
        let is_continued = is_continued && page.len() > size;
        page.truncate(size);
        let next = page.last().filter(|_| is_continued).map(|(key, _)| key.clone());
        ModelPage { count, texts: page.into_iter().map(|(_, text)| text).collect(), next }
    }

    /// The least numbers of the matching documents, sorted.
    pub(super) fn numbers(&self, query: &Query, fields: &[&'static str]) -> Vec<Vec<Option<i64>>> {
        let row = |(_, document): (&str, &Document)| {
            let number = |path: &&str| {
                query.collection.field(path).expect("a declared field").numbers(document).first().copied()
            };
            fields.iter().map(number).collect()
        };
        let mut rows: Vec<_> = self.matching(query).map(row).collect();
        rows.sort_unstable();
        rows
    }

    pub(super) fn count(&self, query: &Query, by: &[&'static str]) -> Counts {
        let mut counts = Counts::default();
        for (_, document) in self.matching(query) {
            counts.total += 1;
            let mut groups: Vec<Vec<Option<String>>> = vec![Vec::new()];
            for path in by {
                let field = query.collection.field(path).expect("a declared field");
                let words = field.words(document).into_iter().map(Some).collect::<Vec<_>>();
                let words = if words.is_empty() { vec![None] } else { words };
                let with = |group: &Vec<Option<String>>| {
                    let group = group.clone();
                    words
                        .iter()
                        .map(move |word| [group.clone(), vec![word.clone()]].concat())
                        .collect::<Vec<_>>()
                };
                groups = groups.iter().flat_map(with).collect();
            }
            for group in groups.into_iter().filter(|group| !group.is_empty()) {
                *counts.groups.entry(group).or_default() += 1;
            }
        }
        counts
    }
}
