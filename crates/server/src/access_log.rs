//! The access log: one line per request.

use actix_web::http::header::HeaderName;
use tributary_api::{Observation, Observer};

/// The log target of the access log.
pub(crate) const TARGET: &str = "request";

const OPAQUE_ID: HeaderName = HeaderName::from_static("x-opaque-id");
/// The maximum length in characters of a logged client id.
const MAXIMUM_OPAQUE_ID: usize = 256;

/// Logs method, path, status, duration and the client's own id of each request.
pub(crate) struct AccessLog;

impl Observer for AccessLog {
    fn observe(&self, observation: &Observation<'_>) {
        if !tracing::enabled!(target: TARGET, tracing::Level::INFO) {
            return;
        }
        let request = observation.request;
        let opaque_id = request.headers().get(OPAQUE_ID).and_then(|value| value.to_str().ok());
        let opaque_id = opaque_id.unwrap_or_default();
        // A readable header is ASCII: one byte per character.
        let opaque_id = opaque_id.get(..MAXIMUM_OPAQUE_ID).unwrap_or(opaque_id);
        tracing::info!(
            target: TARGET,
            method = request.method().as_str(),
            path = request.path(),
            status = observation.status.as_u16(),
            duration_us = u64::try_from(observation.duration.as_micros()).unwrap_or(u64::MAX),
            opaque_id,
            "request"
        );
    }
}
