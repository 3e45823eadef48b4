//! Pages in the order of an earlier moment: documents that have moved since are where they were.

use std::sync::Arc;

use roaring::RoaringBitmap;
use tributary_domain::{Order, Query};

use super::indexed::Indexed;
use super::matches::{Bitmap, MatchingPositions};
use super::order_history::{Moved, OrderHistory};
use super::order_value::OrderValue;
use crate::StoreError;

impl Indexed {
    /// Keeps the moves in an order after a change, if they are not kept already. No document may move meanwhile.
    pub(super) fn keep_moves(&self, order: Order, sequence: u64) {
        if let Some(history) = self.history(order) {
            history.keep_after(sequence);
        }
    }

    /// The documents that moved in an order after a change.
    pub(super) fn moved_after(&self, order: Order, sequence: u64) -> Result<Moved<'_>, StoreError> {
        match self.history(order) {
            None => Ok(Moved::new()),
            Some(history) => history.moved_after(sequence).ok_or(StoreError::PointInTimeGone),
        }
    }

    fn history(&self, order: Order) -> Option<&OrderHistory> {
        self.histories.iter().find(|history| Some(history.field.path) == order.field)
    }

    /// The value of a document in an order: the one that it had before it moved, or its present one.
    pub(super) fn value_at<'a>(
        &'a self,
        order: Order,
        slot: u32,
        moved: &Moved<'a>,
    ) -> Option<OrderValue<'a>> {
        match moved.get(&slot) {
            Some(value) => value.map(OrderValue::of).filter(|value| value.is_in(order)),
            None => self.value(order, slot),
        }
    }

    /// The documents of a page, and one more if there is one, with those that moved where they were before.
    pub(super) fn page_with_moved(
        &self,
        matching: &MatchingPositions<'_>,
        query: &Query,
        moved: &Moved<'_>,
    ) -> Vec<u32> {
        let mut present = Vec::new();
        let mut unmoved = RoaringBitmap::clone(&matching.bitmap);
        for slot in moved.keys() {
            let position = self.index.position(*slot).filter(|position| matching.contains(*position));
            if let Some(position) = position {
                present.push(*slot);
                unmoved.remove(position);
            }
        }
        let bitmap = Bitmap::Shared(Arc::new(unmoved));
        let unmoved = MatchingPositions { bitmap, positions: matching.positions.clone() };
        // The page has documents of both; its share of those that did not move is found by the index.
        let found = present.into_iter().chain(self.page(&unmoved, query));
        self.sorted(found.map(|slot| (self.value_at(query.order, slot, moved), slot)), query)
    }
}
