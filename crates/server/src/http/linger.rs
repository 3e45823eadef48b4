//! Reading what a client still sends after its answer.

use std::time::Duration;

/// How long the rest of what a client sends is still read, so that it sees the answer and not a reset.
pub(super) const LINGER: Duration = Duration::from_secs(1);
