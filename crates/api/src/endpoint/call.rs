//! A request as a handler sees it: validated and decoded, with typed access to its parts.

use std::any::Any;
use std::sync::Arc;

use actix_web::http::Method;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tributary_domain::{Id, Refusal};
use tributary_service::sync_job::PipelineDirectory;
use tributary_service::{Context, Principal};
use tributary_storage::{Deadline, Store};

use super::request_header::RequestHeaders;
use crate::authenticate::View;
use crate::body;
use crate::error::ApiError;
use crate::limits::Place;
use crate::parameter::{self, Arguments};
use crate::state::{ApiState, Identity};

/// One call of an endpoint.
pub struct Call {
    pub(crate) state: Arc<ApiState>,
    pub(crate) principal: Principal,
    /// The store as the caller sees it.
    pub(crate) view: View,
    /// The path of the endpoint, with its parameters in braces.
    pub(crate) declared_path: &'static str,
    /// The path of the request as received, not decoded.
    pub(crate) path: String,
    /// The query parameters that the endpoint declares.
    pub arguments: Arguments,
    /// The headers that the endpoint declares.
    pub(crate) headers: RequestHeaders,
    /// Used for all calls to the store.
    pub(crate) deadline: Deadline,
    /// Its place among the requests that run.
    pub(crate) place: Place,
    /// Never empty.
    pub(crate) body: Option<Bytes>,
}

impl Call {
    /// The store as the caller sees it: limited to the connectors of its key, and without the values of sensitive fields
    /// that it may not read.
    pub fn store(&self) -> &dyn Store {
        &*self.view.store
    }

    /// The caller.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What a plugin keeps between calls: the state of this type that it was mounted with.
    pub fn plugin<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.state.plugins.iter().find_map(|state| Arc::clone(state).downcast().ok())
    }

    /// The bytes of the body; empty if there is none.
    pub fn body_bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    /// The ingest pipelines where the documents of syncs go to, if they are known.
    pub fn pipelines(&self) -> Option<&dyn PipelineDirectory> {
        self.state.pipelines.as_deref()
    }

    /// What `GET /` reports about the service.
    pub fn identity(&self) -> &Identity {
        &self.state.identity
    }

    /// The context of the use case.
    pub fn context(&self) -> Context {
        let state = &self.state;
        Context::new(self.principal.clone(), Arc::clone(&state.clock), Arc::clone(&state.ids))
            .within(self.deadline)
    }

    /// The id in the path parameter of this name.
    pub fn id(&self, name: &str) -> Result<Id, Refusal> {
        Id::parse(name, self.part(name)?)
    }

    /// The path parameter of this name.
    pub fn part(&self, name: &str) -> Result<String, Refusal> {
        // Counted from the end, since the API may be mounted under any prefix.
        let declared = self
            .declared_path
            .rsplit('/')
            .position(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(name));
        let sent = declared.and_then(|place| self.path.trim_end_matches('/').rsplit('/').nth(place));
        parameter::decode(sent.unwrap_or_default())
    }

    /// The error for a path that turns out not to exist.
    pub(crate) fn no_handler(&self) -> ApiError {
        ApiError::NoHandler { method: Method::GET.to_string(), path: self.path.clone() }
    }

    /// The body of an endpoint that requires one.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.optional_body()?.ok_or_else(|| ApiError::MissingBody("request body is required".into()))
    }

    /// The body, if there is one.
    pub fn optional_body<T: DeserializeOwned>(&self) -> Result<Option<T>, ApiError> {
        Ok(self.body.as_deref().map(body::parse).transpose()?)
    }
}
