//! Documents on which conditions and orders are evaluated that the store has no index for.

use bytes::Bytes;
use tributary_api::ApiError;
use tributary_domain::Refusal;
use tributary_service::{Context, document};
use tributary_storage::Store;

use super::hits::Found;
use super::plan::Search;
use super::sort::compare;

/// The most documents that are looked at.
const MAXIMUM: u32 = 10_000;

impl Search {
    /// All documents that match, in the order of the search.
    pub(super) async fn candidates(
        &self,
        store: &dyn Store,
        context: &Context,
    ) -> Result<Vec<Found>, ApiError> {
        let page = document::list(store, context, &self.query().page(0, MAXIMUM)).await?;
        if page.count > u64::from(MAXIMUM) {
            return Err(self.too_many(page.count).into());
        }
        let mut found = Vec::with_capacity(page.documents.len());
        for text in page.documents.iter() {
            let one = Found::read(self, Bytes::copy_from_slice(text))?;
            if self.matches(&one) {
                found.push(one);
            }
        }
        found.sort_by(|left, right| compare(&self.sort, &left.sort, &right.sort));
        Ok(found)
    }

    /// The page of these documents that the search asks for.
    pub(super) fn page_of(&self, mut found: Vec<Found>) -> Vec<Found> {
        if let Some(after) = &self.after {
            found.retain(|one| compare(&self.sort, &one.sort, after).is_gt());
        }
        found.into_iter().skip(self.from as usize).take(self.size as usize).collect()
    }

    /// Whether a document matches all conditions.
    pub(super) fn matches(&self, found: &Found) -> bool {
        let mut all = self.conditions.iter().chain(&self.rest);
        all.all(|condition| condition.matches(self.collection, &found.id, &found.document))
    }

    fn too_many(&self, count: u64) -> Refusal {
        let fields: Vec<&str> = self.rest.iter().flat_map(tributary_domain::Condition::fields).collect();
        let what = if fields.is_empty() {
            "this [sort], [search_after] or aggregation has no index".to_owned()
        } else {
            format!("there is no index for the conditions on [{}]", fields.join(", "))
        };
        Refusal::InvalidArgument(format!(
            "{what}, so that at most [{MAXIMUM}] documents may match the other conditions, but [{count}] do"
        ))
    }
}
