//! Changes of all sync jobs that match a filter.
//!
//! Jobs are read in the order of their creation, in batches, each decided on by the domain and written by one call to the
//! store. Up to the last job that matched when the call began, every job is handled once; what the call creates comes
//! after it. Only one batch is in memory.

mod batch;
mod report;
mod terms;

use tributary_domain::{Query, SortKey, SortOrder};
use tributary_storage::{Deadline, Store};

use super::SyncJobFilter;
use super::listed::{id_of, parse};
use crate::walk::Walk;
use crate::{Context, Result};

use batch::Batch;
pub use report::{BulkFailure, BulkReport};
pub use terms::{BulkChange, BulkTerms};

/// The most jobs of a batch.
const BATCH: u32 = 1_000;

/// Changes all sync jobs that match a filter: the extensions `_cancel_by_query`, `_delete_by_query` and
/// `_retry_by_query`. It may take longer than any request: each call to the store has a deadline of its own. One line in
/// the log says what was done.
///
/// Once jobs were changed, a failure of the store is a part of the report. A single job that cannot be changed, such as
/// one to be retried whose connector is gone, is so too, and does not end the call.
pub async fn change_by_query(
    store: &dyn Store,
    context: &Context,
    filter: &SyncJobFilter,
    change: BulkChange,
    terms: &BulkTerms,
) -> Result<BulkReport> {
    let mut report = BulkReport::default();
    let result = run(store, context, filter, change, terms, &mut report).await;
    if let Err(error) = result {
        if report.changed == 0 || terms.is_dry_run {
            report.log(context, change, terms, Some(&error));
            return Err(error);
        }
        report.abort(None, error);
    }
    report.log(context, change, terms, None);
    Ok(report)
}

async fn run(
    store: &dyn Store,
    context: &Context,
    filter: &SyncJobFilter,
    change: BulkChange,
    terms: &BulkTerms,
    report: &mut BulkReport,
) -> Result<()> {
    let query = filter.query(store, context).await?;
    let Some(last) = last_match(store, &query, report).await? else { return Ok(()) };
    report.total = terms.max_docs.map_or(report.total, |most| most.min(report.total));
    let mut left = terms.max_docs.unwrap_or(u64::MAX);
    let mut handled = 0;
    let mut walk = Walk::new(query.clone(), BATCH);
    while let Some(page) = walk.next(store).await? {
        let is_behind = |key: &SortKey| query.order.compare(key, &last).is_gt();
        let mut ids = Vec::with_capacity(page.documents.len());
        let mut is_over = false;
        // A page after which the walk goes on to the last match has only jobs before it.
        let may_pass = page.next.as_ref().is_none_or(is_behind);
        for text in page.documents.iter() {
            let id = id_of(text)?;
            is_over = left == 0 || (may_pass && is_behind(&query.key(id.as_str(), &parse(text)?)));
            if is_over {
                break;
            }
            left -= 1;
            ids.push(id);
        }
        handled += ids.len() as u64;
        if !ids.is_empty() {
            Batch { store, context, query: &query, change, terms }.carry_out(ids, report).await?;
        }
        if is_over || left == 0 || report.ended_by.is_some() {
            break;
        }
    }
    if report.ended_by.is_none() {
        // Others have deleted or changed them before they were read.
        report.noops += report.total.saturating_sub(handled);
    }
    Ok(())
}

/// The key of the last job that matches now, if there is one. Counts the matches.
async fn last_match(store: &dyn Store, query: &Query, report: &mut BulkReport) -> Result<Option<SortKey>> {
    let reversed = query.clone().ordered(query.order.directed(SortOrder::Descending)).page(0, 1);
    let page = store.list(&reversed, Deadline::of_work_from_now()).await?;
    report.total = page.count;
    let Some(text) = page.documents.iter().next() else { return Ok(None) };
    Ok(Some(query.key(id_of(text)?.as_str(), &parse(text)?)))
}

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
