//! What can go wrong.

use std::error::Error;

/// Any error: a benchmark is run by people, who read the message.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;
