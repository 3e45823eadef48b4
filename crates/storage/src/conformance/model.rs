//! The simplest store that keeps the contract: every list is a scan. Others are held against it.

use std::collections::BTreeMap;

use tributary_domain::{Document, SortOrder, SyncJobQuery, creation_order};

/// All sync jobs by id.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) jobs: BTreeMap<String, Document>,
}

impl Model {
    /// The count, and the page as rendered texts.
    pub(super) fn list(&self, query: &SyncJobQuery) -> (u64, Vec<String>) {
        let fits = |job: &Document| query.filters.iter().all(|filter| filter.matches(job));
        let mut found: Vec<_> = self.jobs.iter().filter(|(_, job)| fits(job)).collect();
        found.sort_by_key(|(id, job)| (creation_order(job).unwrap_or(i64::MAX), id.as_bytes()));
        if query.order == SortOrder::Descending {
            found.reverse();
        }
        let page = found.iter().skip(query.from as usize).take(query.size as usize);
        (found.len() as u64, page.map(|(id, job)| job.render(id)).collect())
    }
}
