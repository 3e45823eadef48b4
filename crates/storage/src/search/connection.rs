//! The nodes with what is known of them: looked at when they can be reached, again after a loss.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::budget::Purpose;
use super::client::{Answer, Client, Request};
use super::dialect::Product;
use super::indices::{self, Prepared, Unready};
use super::problem::{Lost, Problem};
use crate::{Collection, StoreError};

/// How often a call is made whose indices are removed again and again.
pub(super) const TRIES: usize = 5;

/// A preparation that is under way, with everyone who waits for it.
type Preparation = Shared<BoxFuture<'static, Result<Arc<Prepared>, Arc<Unready>>>>;

/// A way to a cluster that is prepared on first use.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: Client,
    product: Product,
    index_prefix: String,
    prepared: RwLock<Option<Arc<Prepared>>>,
    preparation: Mutex<Option<Preparation>>,
    is_closed: AtomicBool,
}

impl Connection {
    pub(super) fn new(client: Client, product: Product, index_prefix: String) -> Self {
        Self {
            client,
            product,
            index_prefix,
            prepared: RwLock::new(None),
            preparation: Mutex::new(None),
            is_closed: AtomicBool::new(false),
        }
    }

    /// What is known of the server and its indices; finds it out where it is not known.
    pub(super) async fn prepared(self: &Arc<Self>) -> Result<Arc<Prepared>, StoreError> {
        self.try_prepared().await.map_err(|unready| unready.to_store_error())
    }

    /// Like [`prepared`](Self::prepared), telling what somebody has to repair from what will pass.
    pub(super) async fn try_prepared(self: &Arc<Self>) -> Result<Arc<Prepared>, Arc<Unready>> {
        let unavailable = |reason: &str| Err(Arc::new(StoreError::unavailable(reason).into()));
        if self.is_closed.load(Ordering::Acquire) {
            return unavailable("it was closed");
        }
        if let Some(prepared) = self.known() {
            return Ok(prepared);
        }
        let end = self.client.deadlines.budget(Purpose::Change).end();
        match tokio::time::timeout_at(end, self.preparation()).await {
            Ok(result) => result,
            Err(_) => unavailable("the server does not answer, or its indices are still being made ready"),
        }
    }

    /// The preparation that is under way, or a new one. It goes on whoever waits for it: it may take
    /// longer than any request.
    fn preparation(self: &Arc<Self>) -> Preparation {
        let mut preparation = self.preparation.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = preparation.as_ref().filter(|running| running.peek().is_none()) {
            return running.clone();
        }
        let connection = Arc::clone(self);
        let task = tokio::spawn(async move {
            let result = connection.prepare().await.map_err(Arc::new);
            *connection.preparation.lock().unwrap_or_else(PoisonError::into_inner) = None;
            result
        });
        let cut_off = || Err(Arc::new(StoreError::unavailable("the preparation was cut off").into()));
        let started = task.map(move |result| result.unwrap_or_else(|_| cut_off())).boxed().shared();
        preparation.insert(started).clone()
    }

    async fn prepare(&self) -> Result<Arc<Prepared>, Unready> {
        let prepared = Arc::new(indices::prepare(&self.client, self.product, &self.index_prefix).await?);
        for collection in Collection::ALL {
            let index = prepared.index(collection);
            if index.has_new_fields {
                self.write_again(&prepared, index).await?;
                indices::end_upgrade(&self.client, index).await?;
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
        Some(Lost::Index.into())
    }

    /// Makes a call, and makes it again where what it works with was removed meanwhile: missing indices are
    /// created before each try.
    pub(super) async fn with_indices<T, F: Future<Output = Result<T, StoreError>>>(
        self: &Arc<Self>,
        call: impl Fn(Arc<Prepared>) -> F,
    ) -> Result<T, StoreError> {
        let mut tries = 1;
        loop {
            match call(self.prepared().await?).await {
                Err(error) if tries < TRIES && Lost::of(&error).is_some() => {
                    tracing::warn!(%error, "the call is made again");
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Sends a request to an index and answers the body of a success.
    pub(super) async fn ask(&self, request: &Request) -> Result<Bytes, StoreError> {
        self.understood(self.client.send(request).await?)
    }

    pub(super) fn understood(&self, answer: Answer) -> Result<Bytes, StoreError> {
        if answer.status == 404
            && let Some(lost) = self.lost_index(&Problem::read(&answer.body).kind)
        {
            return Err(lost);
        }
        answer.success()
    }
}
