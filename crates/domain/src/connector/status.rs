//! The status of a connector.

use crate::enumeration::enumeration;

enumeration! {
    /// Where a connector is on its way to its first sync, and how it fares since.
    ConnectorStatus {
        /// Made, and nothing known of it yet.
        Created,
        /// Its service type is known, its configuration is missing.
        NeedsConfiguration,
        /// Configured, not yet seen to work.
        Configured,
        /// It reached its source.
        Connected,
        /// It failed.
        Error,
    }
}
