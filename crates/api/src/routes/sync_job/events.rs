//! The events that a follower of sync jobs is sent.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};
use tributary_domain::Refusal;
use tributary_service::access::Sight;
use tributary_service::sync_job::{ChangedJobs, JobState, SyncJobFilter, SyncJobWatch, WatchNews};
use tributary_storage::{Collection, Position};

use crate::answer::{SourceFilter, event, event_id, source};
use crate::endpoint::Call;
use crate::error::ApiError;
use crate::parameter::position_text;

/// How long a client waits before it reconnects, in milliseconds.
const RECONNECTION_MILLISECONDS: u32 = 2_000;
/// A client that gets no events gets a new id so often, so that the one that it has does not become too old.
const ID_INTERVAL: Duration = Duration::from_secs(10);

/// Which changes are sent, and what of them.
pub(super) struct Selection {
    filter: SyncJobFilter,
    source: SourceFilter,
    /// What the caller sees.
    sight: Arc<Sight>,
}

/// A stream of events.
pub(super) struct Events {
    watch: SyncJobWatch,
    selection: Selection,
    until: Instant,
    /// The changes that are being sent, and the next of them.
    sending: Option<(Arc<ChangedJobs>, usize)>,
    /// When the client got its latest id.
    identified: Instant,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Beginning,
    Following,
    Over,
}

impl Selection {
    /// What a call asks for, of what its caller sees.
    pub(super) fn new(call: &Call, filter: SyncJobFilter) -> Result<Self, Refusal> {
        Ok(Self { filter, source: source(&call.arguments)?, sight: Arc::clone(&call.view.sight) })
    }

    /// The place of the first job from `start` on that is sent.
    fn next(&self, changed: &ChangedJobs, start: usize) -> Option<usize> {
        (start..changed.jobs.len()).find(|place| changed.jobs[*place].is_told(&self.filter, &self.sight))
    }
}

impl Events {
    pub(super) fn new(watch: SyncJobWatch, selection: Selection, timeout: Duration) -> Self {
        let now = Instant::now();
        let (until, state) = (now + timeout, State::Beginning);
        Self { watch, selection, until, sending: None, identified: now, state }
    }

    /// The events, and a comment in each of these intervals, so that both sides notice that the other is gone.
    pub(super) fn stream(self, keep_alive: Duration) -> BoxStream<'static, io::Result<Bytes>> {
        let events = stream::unfold(self, |mut events| async { Some((events.next().await?, events)) });
        let events = events.map(Some).chain(stream::iter([None]));
        let comments = stream::unfold((), move |()| async move {
            sleep(keep_alive).await;
            Some((Some(Bytes::from_static(b": still here\n\n")), ()))
        });
        let all = stream::select(events, comments);
        all.take_while(|event| std::future::ready(event.is_some()))
            .filter_map(std::future::ready)
            .map(Ok)
            .boxed()
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some((changed, place)) = self.sending.take() {
                return Some(self.change(changed, place));
            }
            let news = match self.state {
                State::Beginning => {
                    self.state = State::Following;
                    let retry = format!("retry: {RECONNECTION_MILLISECONDS}\n");
                    let position = self.watch.position();
                    // A position that cannot be read is answered with a gap, and is none to come back with.
                    if position_text(position).is_empty() {
                        return Some(format!("{retry}\n").into());
                    }
                    let position = position_event("position", position);
                    return Some([retry.as_bytes(), &position].concat().into());
                }
                State::Following => timeout_at(self.until, self.watch.next()).await,
                State::Over => return None,
            };
            match news {
                Ok(WatchNews::Changed(changed)) => match self.selection.next(&changed, 0) {
                    Some(place) => self.sending = Some((changed, place)),
                    None if self.identified.elapsed() > ID_INTERVAL => {
                        self.identified = Instant::now();
                        return Some(event_id(&position_text(&changed.position)));
                    }
                    None => {}
                },
                Ok(WatchNews::Gap(position)) => return Some(position_event("gap", &position)),
                Ok(WatchNews::Failed(error)) => {
                    return Some(self.last("error", &ApiError::from(error).body()));
                }
                Ok(WatchNews::Ended) => return Some(self.last("end", r#"{"reason":"shutdown"}"#)),
                Err(_) => return Some(self.last("end", r#"{"reason":"timeout"}"#)),
            }
        }
    }

    /// The event of a change. The last one of those that were found together has the position after them.
    fn change(&mut self, changed: Arc<ChangedJobs>, place: usize) -> Bytes {
        let next = self.selection.next(&changed, place + 1);
        let id = next.is_none().then(|| position_text(&changed.position));
        let job = &changed.jobs[place];
        let event = match &job.state {
            JobState::Present(present) => {
                let text = self.selection.sight.shown(Collection::SYNC_JOBS, present.text.clone());
                event("changed", id.as_deref(), &self.selection.source.apply(&text))
            }
            JobState::Deleted(_) => {
                event("deleted", id.as_deref(), json!({ "id": job.id.as_str() }).to_string().as_bytes())
            }
        };
        match next {
            Some(next) => self.sending = Some((changed, next)),
            None => self.identified = Instant::now(),
        }
        event
    }

    fn last(&mut self, name: &str, data: &str) -> Bytes {
        self.state = State::Over;
        event(name, None, data.as_bytes())
    }
}

fn position_event(name: &str, position: &Position) -> Bytes {
    let id = position_text(position);
    event(name, Some(&id), json!({ "position": id }).to_string().as_bytes())
}
