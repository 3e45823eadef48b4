//! Who hears of each request that was answered.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// A request that was answered.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// The name of the endpoint that it was for; none where there is no endpoint for its path and its method.
    pub endpoint: Option<&'static str>,
    /// The request: its method, its path, its headers.
    pub request: &'a HttpRequest,
    /// The status of the answer.
    pub status: StatusCode,
    /// From when the request was read up to its body until the answer was ready to be sent.
    pub duration: Duration,
}

/// Hears of each request that was answered, on the thread that answers: it must not wait.
pub trait Observer: Send + Sync {
    /// A request was answered.
    fn observe(&self, observation: &Observation<'_>);
}

impl<F: Fn(&Observation<'_>) + Send + Sync> Observer for F {
    fn observe(&self, observation: &Observation<'_>) {
        self(observation);
    }
}
