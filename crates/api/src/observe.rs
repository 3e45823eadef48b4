//! Observers of answered requests.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use tributary_service::Principal;

use crate::access::Access;
use crate::noted::NotedChanges;

/// What the fallback did with a request, which it puts into the extensions of the request for observers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedOn {
    /// Elasticsearch's name of the action, such as `indices:data/read/search`.
    pub action: &'static str,
    /// Whether it changes something.
    pub is_change: bool,
}

/// An answered request.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// The name of the endpoint; `None` if no endpoint matches the path and method.
    pub endpoint: Option<&'static str>,
    /// Who may call the endpoint; `None` like its name.
    pub access: Option<Access>,
    /// The caller; `None` if the request was refused for want of an API key that works.
    pub caller: Option<&'a Principal>,
    /// The id of the API key that the request was refused for, since it has expired or was invalidated.
    pub refused_key: Option<&'a str>,
    /// What the request changes, if changes are noted (see [`Api::with_noted_changes`](crate::Api::with_noted_changes));
    /// `None` if its endpoint only reads.
    pub changes: Option<&'a NotedChanges>,
    /// What the fallback did with it.
    pub passed_on: Option<PassedOn>,
    /// Whether a document that the request names was kept from the caller, whose key is limited to others.
    pub is_out_of_scope: bool,
    /// The request: method, path and headers.
    pub request: &'a HttpRequest,
    /// The status of the answer.
    pub status: StatusCode,
    /// From receiving the head of the request until the answer is ready to be sent.
    pub duration: Duration,
}

/// Is notified of each answered request, on the server's thread: it must not block.
pub trait Observer: Send + Sync {
    /// A request was answered.
    fn observe(&self, observation: &Observation<'_>);
}

impl<F: Fn(&Observation<'_>) + Send + Sync> Observer for F {
    fn observe(&self, observation: &Observation<'_>) {
        self(observation);
    }
}
