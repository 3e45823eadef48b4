//! The endpoints for those who watch over the service.

pub(super) mod live;
pub(super) mod ready;
