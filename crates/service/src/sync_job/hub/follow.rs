//! The task that follows the changes of a store while somebody waits for sync jobs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tributary_storage::{Changes, Deadline, Position, Store, StoreError};

use super::changed::{ChangedJobs, PORTION, UnreadJob};
use super::subscribers::Subscribers;

/// How long one call waits for changes.
const LOOK: Duration = Duration::from_secs(5);
/// After changes were passed on, more are collected for so long.
const COLLECTING: Duration = Duration::from_millis(50);
/// How long the task goes on when nobody waits.
const IDLE: Duration = Duration::from_secs(5);
/// The pauses after failures of the store, which double.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Tells the subscribers if the task ends unexpectedly: by a panic, or together with its runtime.
struct Presence(Arc<Subscribers>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.task_is_gone();
    }
}

/// Passes changes on until nobody has waited for a while.
pub(super) async fn follow(store: Arc<dyn Store>, subscribers: Arc<Subscribers>) {
    let _presence = Presence(Arc::clone(&subscribers));
    let (mut position, mut pause, mut used) = (None, FIRST_PAUSE, Instant::now());
    loop {
        match pass_on(&*store, &subscribers, position.clone()).await {
            Ok(next) => (position, pause) = (Some(next), FIRST_PAUSE),
            Err(_) if subscribers.is_unused() && subscribers.stop_task() => return,
            Err(error) => {
                tracing::warn!(%error, "changes of sync jobs cannot be followed; waiting requests fail");
                subscribers.fail(&Arc::new(error));
                sleep(pause).await;
                // The feed begins anew; who follows reads what was missed.
                (position, pause) = (None, LONGEST_PAUSE.min(pause * 2));
            }
        }
        if !subscribers.is_unused() {
            used = Instant::now();
        }
        if used.elapsed() >= IDLE && subscribers.stop_task() {
            return;
        }
    }
}

/// Waits for changes after a position, passes them on, and answers where to go on.
async fn pass_on(
    store: &dyn Store,
    subscribers: &Subscribers,
    since: Option<Position>,
) -> Result<Position, StoreError> {
    let Changes { position, changed, deleted, is_complete } =
        store.changes(since.clone(), Deadline::NONE.within(LOOK)).await?;
    let Some(since) = since.filter(|_| is_complete) else {
        subscribers.begin(position.clone());
        return Ok(position);
    };
    let wanted = subscribers.wanted(UnreadJob::among(changed, deleted).collect(), &position);
    let mut portions = wanted.chunks(PORTION).peekable();
    if wanted.is_empty() {
        subscribers.tell(ChangedJobs::none(position.clone()));
    }
    while let Some(portion) = portions.next() {
        let is_last = portions.peek().is_none();
        let position = if is_last { &position } else { &since };
        let with_connectors = subscribers.need_connectors();
        subscribers
            .tell(ChangedJobs::read(store, portion, position.clone(), is_last, with_connectors).await?);
    }
    if !wanted.is_empty() {
        sleep(COLLECTING).await;
    }
    Ok(position)
}
