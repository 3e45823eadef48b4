//! The status of a connector and its state machine.

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

impl ConnectorStatus {
    /// The statuses that a connector in this one may go to.
    pub fn successors(self) -> &'static [Self] {
        match self {
            Self::Created => &[Self::NeedsConfiguration, Self::Error],
            Self::NeedsConfiguration => &[Self::Configured, Self::Error],
            Self::Configured => &[Self::NeedsConfiguration, Self::Configured, Self::Connected, Self::Error],
            Self::Connected | Self::Error => &[Self::Connected, Self::Configured, Self::Error],
        }
    }

    /// Whether a connector in this status may go to `next`.
    pub fn may_become(self, next: Self) -> bool {
        self.successors().contains(&next)
    }
}
