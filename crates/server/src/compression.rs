//! Negotiation of the content encoding of answers.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, Encoding, Header as _};
use actix_web::middleware::Next;

/// Ignores an `Accept-Encoding` that cannot be satisfied, as Elasticsearch does: otherwise the request would be
/// rejected, and not in the API's error format. `Content-Encoding: identity`, by which a handler keeps an answer from
/// being compressed, is not sent (RFC 9110, 8.4.1).
pub(crate) async fn ignore_what_is_not_served(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.headers().contains_key(ACCEPT_ENCODING) {
        let served = [Encoding::zstd(), Encoding::gzip(), Encoding::deflate(), Encoding::identity()];
        let wanted = AcceptEncoding::parse(&request).ok();
        if wanted.and_then(|wanted| wanted.negotiate(served.iter())).is_none() {
            request.headers_mut().remove(ACCEPT_ENCODING);
        }
    }
    let mut response = next.call(request).await?;
    if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        response.headers_mut().remove(CONTENT_ENCODING);
    }
    Ok(response)
}
