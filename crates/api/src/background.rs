//! Work that may take longer than a few milliseconds, away from the threads that answer requests.

use std::future::Future;

use actix_web::web;
use tokio::runtime::Handle;

use crate::error::ApiError;

/// From how many bytes on reading or writing JSON is long work.
pub(crate) const LONG: usize = 32 * 1024;

/// Makes a future on a thread for long work and runs it there to its end, also where nobody waits for it any
/// more: a change that has begun is not cut off.
pub(crate) async fn run<T: Send + 'static, F: Future<Output = Result<T, ApiError>>>(
    make: impl FnOnce() -> F + Send + 'static,
) -> Result<T, ApiError> {
    let runtime = Handle::current();
    compute(move || runtime.block_on(make())).await?
}

/// Computes something on a thread for long work.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    web::block(work).await.map_err(|error| ApiError::Internal(error.into()))
}
