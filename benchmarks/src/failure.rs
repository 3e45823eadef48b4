//! The error type.

use std::error::Error;

/// Any error, since it is only shown to people.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;
