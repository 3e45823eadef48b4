//! Work that may take longer than a few milliseconds, kept off the server's threads.

use std::future::Future;

use actix_web::web;
use tokio::runtime::Handle;

use crate::error::ApiError;

/// From this size in bytes, parsing or writing JSON is done in the background.
pub(crate) const LONG: usize = 32 * 1024;

/// Creates a future on a background thread and runs it to completion there, even if the caller is dropped: a change
/// that has begun is not cancelled.
pub(crate) async fn run<T: Send + 'static, F: Future<Output = Result<T, ApiError>>>(
    make: impl FnOnce() -> F + Send + 'static,
) -> Result<T, ApiError> {
    let runtime = Handle::current();
    compute(move || runtime.block_on(make())).await?
}

/// Runs a computation on a background thread.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    web::block(work).await.map_err(|error| ApiError::Internal(error.into()))
}
