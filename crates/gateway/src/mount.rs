//! Mounting of the gateway in the API.

use std::sync::Arc;

use tributary_api::Api;

use crate::content::{self, Content};
use crate::routes::ENDPOINTS;

/// The gateway, ready to be mounted with an [`Api`] at the root of an application: the paths of indices begin there.
#[derive(Debug)]
pub struct Gateway {
    content: Arc<Content>,
}

impl Gateway {
    /// A gateway in front of a search engine.
    #[must_use]
    pub fn new(content: Content) -> Self {
        Self { content: Arc::new(content) }
    }

    /// Adds the gateway to an API: its endpoints, and the content engine for the paths that no endpoint is at.
    #[must_use]
    pub fn mount(self, api: Api) -> Api {
        let content = Arc::clone(&self.content);
        let api = api.with_plugin(ENDPOINTS, Arc::clone(&content)).with_pipelines(self.content);
        api.with_fallback(move |request, payload| {
            let content = Arc::clone(&content);
            async move { content::pass(&content, request, payload).await }
        })
    }
}
