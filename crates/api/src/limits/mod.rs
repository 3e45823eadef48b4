//! Limits of requests: their rate, how many run at a time, how slowly their bodies may arrive, and the memory of their
//! bodies and answers.

mod limit_reached;
mod limiter;
mod memory;
mod pace;
mod places;
mod rate;
mod request_limits;

pub use limit_reached::{LimitReached, LimitScope};
pub(crate) use limiter::{Limiter, Place};
pub use memory::Reservation;
pub use pace::{Pace, least_bytes};
pub use request_limits::RequestLimits;
