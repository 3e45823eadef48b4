//! The nodes with what is known of them: looked at when they can be reached, again after a loss.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::client::{Answer, Client, Request};
use super::dialect::Product;
use super::indices::{self, Prepared, Unready};
use super::problem::Problem;
use crate::{Collection, StoreError};

/// A way to a cluster that is prepared on first use.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: Client,
    product: Product,
    index_prefix: String,
    prepared: RwLock<Option<Arc<Prepared>>>,
    /// One prepares, the others wait for it.
    preparing: Mutex<()>,
    is_closed: AtomicBool,
}

impl Connection {
    pub(super) fn new(client: Client, product: Product, index_prefix: String) -> Self {
        Self {
            client,
            product,
            index_prefix,
            prepared: RwLock::new(None),
            preparing: Mutex::new(()),
            is_closed: AtomicBool::new(false),
        }
    }

    /// What is known of the server and its indices; finds it out where it is not known.
    pub(super) async fn prepared(&self) -> Result<Arc<Prepared>, StoreError> {
        self.try_prepared().await.map_err(|unready| match unready {
            Unready::Store(error) => error,
            Unready::Unsuitable(reason) => StoreError::unavailable(reason),
        })
    }

    /// Like [`prepared`](Self::prepared), telling what somebody has to repair from what will pass.
    pub(super) async fn try_prepared(&self) -> Result<Arc<Prepared>, Unready> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(StoreError::unavailable("it was closed").into());
        }
        if let Some(prepared) = self.known() {
            return Ok(prepared);
        }
        let _turn = self.preparing.lock().await;
        if let Some(prepared) = self.known() {
            return Ok(prepared);
        }
        let prepared = Arc::new(indices::prepare(&self.client, self.product, &self.index_prefix).await?);
        for collection in [Collection::Connectors, Collection::SyncJobs] {
            let index = prepared.index(collection);
            if index.added {
                self.write_again(&prepared, index).await?;
            }
        }
        *self.prepared.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&prepared));
        tracing::info!(server = ?prepared.dialect, "the search engine is ready");
        Ok(prepared)
    }

    fn known(&self) -> Option<Arc<Prepared>> {
        self.prepared.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// The error for an index that is gone: it is made again before the next request.
    pub(super) fn lost_index(&self, kind: &str) -> Option<StoreError> {
        if kind != "index_not_found_exception" {
            return None;
        }
        *self.prepared.write().unwrap_or_else(PoisonError::into_inner) = None;
        Some(StoreError::unavailable("an index was removed; it will be made again"))
    }

    /// Sends a request to an index and answers the body of a success.
    pub(super) async fn ask(&self, request: &Request) -> Result<bytes::Bytes, StoreError> {
        self.understood(self.client.send(request).await?)
    }

    pub(super) fn understood(&self, answer: Answer) -> Result<bytes::Bytes, StoreError> {
        if answer.status == 404
            && let Some(lost) = self.lost_index(&Problem::read(&answer.body).kind)
        {
            return Err(lost);
        }
        answer.success()
    }
}
