//! The time of one request of a client, which all calls to a store share that it makes.

use std::future::Future;
use std::time::Instant;

tokio::task_local! {
    static START: Instant;
}

/// Does the work of one request: a store with a deadline counts the time of every call in it from
/// here, so that a request of several calls ends in time as a whole. Within another, time begins anew.
pub async fn within_one_request<F: Future>(work: F) -> F::Output {
    START.scope(Instant::now(), work).await
}

/// When the request began that this is a part of, if it is one: for stores with a deadline.
pub fn request_start() -> Option<Instant> {
    START.try_with(|start| *start).ok()
}
