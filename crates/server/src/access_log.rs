//! One line in the log for each request.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

/// The name under which requests are filtered in the log.
pub(crate) const TARGET: &str = "request";

/// The longest id of a client that is logged whole, in characters.
const MAXIMUM_OPAQUE_ID: usize = 256;

/// Logs method, path, status, duration and the client's own id of a request.
pub(crate) async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !tracing::enabled!(target: TARGET, tracing::Level::INFO) {
        return next.call(request).await;
    }
    let start = Instant::now();
    let response = next.call(request).await?;
    let request = response.request();
    let opaque_id = request.headers().get("x-opaque-id").and_then(|value| value.to_str().ok()).unwrap_or("");
    // A header is ASCII where it can be read, so that each byte is a character.
    let opaque_id = opaque_id.get(..MAXIMUM_OPAQUE_ID).unwrap_or(opaque_id);
    tracing::info!(
        target: TARGET,
        method = request.method().as_str(),
        path = request.path(),
        status = response.status().as_u16(),
        duration_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
        opaque_id,
        "request"
    );
    Ok(response)
}
