//! The connection to a cluster: prepared on first use, and again after indices were lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tributary_domain::Collection;

use super::call::Call;
use super::client::Client;
use super::deadlines::Purpose;
use super::dialect::Product;
use super::forgetting::forget_old_deletions;
use super::indices::{self, Prepared};
use super::problem::LostResource;
use super::settings::SearchSettings;
use super::unready::Unready;
use super::upgrade::finish;
use crate::{Deadline, OpenError, StoreError};

/// The maximum number of attempts of a call whose indices are removed repeatedly.
pub(super) const TRIES: usize = 5;

/// The pause before a failed upgrade is tried again.
const UPGRADE_PAUSE: Duration = Duration::from_secs(1);

/// A preparation in progress, shared by all who wait for it.
type Preparation = Shared<BoxFuture<'static, Result<Arc<Prepared>, Arc<Unready>>>>;

/// A connection to a cluster that is prepared on first use.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: Arc<Client>,
    product: Product,
    index_prefix: String,
    collections: Vec<Collection>,
    prepared: RwLock<Option<Arc<Prepared>>>,
    preparation: Mutex<Option<Preparation>>,
    is_closed: AtomicBool,
}

impl Connection {
    pub(super) fn new(product: Product, settings: SearchSettings) -> Result<Self, OpenError> {
        Ok(Self {
            client: Arc::new(Client::new(&settings)?),
            product,
            index_prefix: settings.index_prefix,
            collections: settings.collections,
            prepared: RwLock::new(None),
            preparation: Mutex::new(None),
            is_closed: AtomicBool::new(false),
        })
    }

    /// Like [`prepared`](Self::prepared), but distinguishes temporary conditions from those that need action.
    pub(super) async fn try_prepared(
        self: &Arc<Self>,
        deadline: Deadline,
    ) -> Result<Arc<Prepared>, Arc<Unready>> {
        let unavailable = |reason: &str| Err(Arc::new(StoreError::unavailable(reason).into()));
        if self.is_closed() {
            return unavailable("it was closed");
        }
        if let Some(prepared) = self.known() {
            return Ok(prepared);
        }
        let end = self.client.deadlines.request_deadline(Purpose::Change, deadline).end();
        match tokio::time::timeout_at(end.into(), self.preparation()).await {
            Ok(result) => result,
            Err(_) => unavailable("the server does not answer, or its indices are still being made ready"),
        }
    }

    /// A call to the prepared indices; prepares them if necessary.
    pub(super) async fn call(self: &Arc<Self>, deadline: Deadline) -> Result<Call, StoreError> {
        let prepared = self.try_prepared(deadline).await.map_err(|unready| unready.to_store_error())?;
        Ok(Call { client: Arc::clone(&self.client), prepared, deadline, point: None })
    }

    /// The preparation in progress, or a new one. It continues even if its waiters are gone: it may take longer than
    /// any request.
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

    async fn prepare(self: &Arc<Self>) -> Result<Arc<Prepared>, Unready> {
        let prepared =
            indices::prepare(&self.client, self.product, &self.index_prefix, &self.collections).await?;
        let prepared = Arc::new(prepared);
        let call = Call {
            client: Arc::clone(&self.client),
            prepared: Arc::clone(&prepared),
            deadline: Deadline::NONE,
            point: None,
        };
        *self.prepared.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&prepared));
        tracing::info!(server = ?prepared.dialect, "the search engine is ready");
        // Only queries by new fields have to wait for this.
        let connection = Arc::downgrade(self);
        tokio::spawn(async move {
            finish_upgrades(&connection, &call).await;
            forget_old_deletions(&call).await;
        });
        Ok(prepared)
    }

    fn known(&self) -> Option<Arc<Prepared>> {
        let known = self.prepared.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|prepared| !prepared.is_lost())
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Runs a call within the time limit of its purpose, and repeats it if an index or point in time was lost
    /// meanwhile: missing indices are created before each attempt.
    pub(super) async fn within<T, F: Future<Output = Result<T, StoreError>>>(
        self: &Arc<Self>,
        purpose: Purpose,
        deadline: Deadline,
        call: impl Fn(Call) -> F,
    ) -> Result<T, StoreError> {
        let deadline = self.client.deadlines.of_call(purpose, deadline);
        self.with_indices(deadline, call).await
    }

    /// Runs a call whose requests have a time limit each, and repeats it if an index or point in time was lost
    /// meanwhile.
    pub(super) async fn with_indices<T, F: Future<Output = Result<T, StoreError>>>(
        self: &Arc<Self>,
        deadline: Deadline,
        call: impl Fn(Call) -> F,
    ) -> Result<T, StoreError> {
        let mut tries = 1;
        loop {
            match call(self.call(deadline).await?).await {
                Err(error) if tries < TRIES && LostResource::of(&error).is_some() => {
                    tracing::warn!(%error, "the call is made again");
                    tries += 1;
                }
                result => return result,
            }
        }
    }
}

/// Indexes all documents by the new fields of their indices: again after a failure, while the connection is used and
/// its indices exist.
async fn finish_upgrades(connection: &Weak<Connection>, call: &Call) {
    let is_used = || connection.upgrade().is_some_and(|connection| !connection.is_closed());
    for index in &call.prepared.indices {
        while !index.pending.borrow().is_empty() && is_used() && !call.prepared.is_lost() {
            if let Err(error) = finish(call, index).await {
                tracing::warn!(index = %index.name, %error, "documents are not indexed by new fields yet");
                tokio::time::sleep(UPGRADE_PAUSE).await;
            }
        }
    }
}
