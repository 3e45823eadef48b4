//! In which direction documents are listed.

use crate::enumeration::enumeration;

enumeration! {
    /// In which direction documents are listed.
    SortOrder {
        /// The least value first, such as the oldest time.
        #[strum(serialize = "asc")]
        Ascending,
        /// The greatest value first: the same list, read from its end.
        #[strum(serialize = "desc")]
        Descending,
    }
}
