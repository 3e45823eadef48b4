//! Answers to clients of HTTP/1.0.

use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Version};
use actix_web::middleware::Next;

/// Sends a body of unknown length to a client of HTTP/1.0 until the connection is closed: such clients do not know
/// chunks (RFC 9112, 6.1).
pub(crate) async fn without_chunks_where_unknown(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let has_no_chunks = response.request().version() < Version::HTTP_11;
    if has_no_chunks && response.response().body().size() == BodySize::Stream {
        let head = response.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
