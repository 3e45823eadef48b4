//! The endpoints for those who watch over the service.

pub(super) mod live;
pub(super) mod ready;

use crate::endpoint::Endpoint;

/// What the endpoints of health have in common.
const BASE: Endpoint = Endpoint { extension: true, ..Endpoint::BASE };
