//! Sort directions.

use crate::enumeration::enumeration;

enumeration! {
    /// The sort direction of a list.
    SortOrder {
        /// Ascending, such as oldest first.
        #[strum(serialize = "asc")]
        Ascending,
        /// Descending: the same list in reverse.
        #[strum(serialize = "desc")]
        Descending,
    }
}
