//! The moment whose order a list has.

/// The moment whose order a list has. Documents whose value in the sort field changes move in the list: pages that follow
/// each other visit each document once only if all of them have the order of the same moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Moment {
    /// The present one, on each page.
    #[default]
    Present,
    /// The present one, which the store keeps for the pages after this one.
    Kept,
    /// That of an earlier page.
    Of(PointInTime),
}

/// A moment that a store keeps, in a form that only the store understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointInTime(String);

impl PointInTime {
    /// A moment in the form of its store.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
