//! The values that documents are sorted by.

use tributary_domain::{Order, SortValue};

/// A borrowed sort value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OrderValue<'a> {
    Number(i64),
    Word(&'a str),
}

impl<'a> OrderValue<'a> {
    pub(super) fn of(value: &'a SortValue) -> Self {
        match value {
            SortValue::Number(number) => Self::Number(*number),
            SortValue::Word(word) => Self::Word(word),
        }
    }

    /// Whether it is a value in an order, and not placed among the missing ones.
    pub(super) fn is_in(&self, order: Order) -> bool {
        match self {
            Self::Number(number) => !order.is_like_missing(*number),
            Self::Word(_) => true,
        }
    }
}

impl From<OrderValue<'_>> for SortValue {
    fn from(value: OrderValue<'_>) -> Self {
        match value {
            OrderValue::Number(number) => Self::Number(number),
            OrderValue::Word(word) => Self::Word(word.to_owned()),
        }
    }
}
