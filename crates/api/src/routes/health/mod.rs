//! The health endpoints.

pub(super) mod live;
pub(super) mod ready;

use crate::endpoint::Endpoint;

/// The base of the health endpoints.
const BASE: Endpoint = Endpoint { extension: true, ..Endpoint::BASE };
