//! The simplest store that keeps the contract: every list is a scan. Others are held against it.

use std::collections::BTreeMap;

use tributary_domain::{Document, SortOrder, SyncJobQuery, creation_order};

use crate::Collection;

/// All documents by collection and id.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) documents: BTreeMap<(Collection, String), Document>,
}

impl Model {
    /// The count, and the page as rendered texts.
    pub(super) fn list(&self, query: &SyncJobQuery) -> (u64, Vec<String>) {
        let fits = |job: &Document| query.filters.iter().all(|filter| filter.matches(job));
        let documents = self.documents.iter().map(|((collection, id), document)| (*collection, id, document));
        let jobs = documents.filter(|(collection, ..)| *collection == Collection::SyncJobs);
        let mut found: Vec<_> = jobs.map(|(_, id, job)| (id, job)).filter(|(_, job)| fits(job)).collect();
        found.sort_by_key(|(id, job)| (creation_order(*job).unwrap_or(i64::MAX), id.as_bytes()));
        if query.order == SortOrder::Descending {
            found.reverse();
        }
        let page = found.iter().skip(query.from as usize).take(query.size as usize);
        (found.len() as u64, page.map(|(id, job)| job.render(id)).collect())
    }
}
