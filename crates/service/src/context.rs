//! The context of a use case: caller, time, deadline, and generator of ids.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use tributary_domain::{Grants, Id, Refusal, Timestamp};
use tributary_storage::{Deadline, Store, Within};
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_moment(jiff::Timestamp::now())
    }
}

/// A clock that has stopped.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}

/// Generates ids of connectors, sync jobs and secrets.
pub trait IdGenerator: Send + Sync {
    /// A new, unique id that sorts after earlier ones.
    fn next_id(&self) -> String;
}

/// Ids that sort by creation: UUIDs of version 7.
#[derive(Debug, Clone, Copy)]
pub struct SortableIds;

impl IdGenerator for SortableIds {
    fn next_id(&self) -> String {
        Uuid::now_v7().to_string()
    }
}

/// The caller of a use case.
#[derive(Debug, Clone)]
pub struct Principal {
    name: Cow<'static, str>,
    key: Option<Arc<PrincipalKey>>,
}

/// The API key of a caller.
#[derive(Debug, Clone)]
pub struct PrincipalKey {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its owner may do.
    pub grants: Grants,
}

impl Principal {
    /// The principal with this name, who may do everything.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), key: None }
    }

    /// An unauthenticated caller, who may do everything: security is off.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new("anonymous")
    }

    /// The user with an API key, who may do what the key grants.
    pub fn with_key(name: impl Into<Cow<'static, str>>, key: PrincipalKey) -> Self {
        Self { name: name.into(), key: Some(Arc::new(key)) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells it from other callers: the id of its key, or its name without one.
    #[must_use]
    pub fn identity(&self) -> &str {
        self.key.as_ref().map_or(&self.name, |key| &key.id)
    }

    /// The API key that the request was sent with, if security is on.
    #[must_use]
    pub fn key(&self) -> Option<&PrincipalKey> {
        self.key.as_deref()
    }

    /// What it may do.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        static EVERYTHING: Grants = Grants::everything();
        self.key.as_ref().map_or(&EVERYTHING, |key| &key.grants)
    }
}

/// As Elasticsearch describes callers in its errors: `user [anonymous]`, or `API key id [x] of user [admin]`.
impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(formatter, "API key id [{}] of ", key.id)?;
        }
        write!(formatter, "user [{}]", self.name)
    }
}

/// Caller, time, deadline, and generator of ids; each request has its own context.
pub struct Context {
    principal: Principal,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    deadline: Deadline,
    now: OnceLock<Timestamp>,
}

impl Context {
    /// The context of one request.
    #[must_use]
    pub fn new(principal: Principal, clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { principal, clock, ids, deadline: Deadline::NONE, now: OnceLock::new() }
    }

    /// Sets the deadline of all calls to the store.
    #[must_use]
    pub fn within(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// The deadline of all calls to the store.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// A store, with the deadline for all calls.
    pub(crate) fn bound<'s>(&self, store: &'s dyn Store) -> Within<'s> {
        Within::new(store, self.deadline)
    }

    /// The caller.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The time of the request. The clock is read at the first call only.
    pub fn now(&self) -> Timestamp {
        *self.now.get_or_init(|| self.clock.now())
    }

    /// A new id. Refused if the generator makes an invalid one.
    pub fn next_id(&self) -> Result<Id, Refusal> {
        Id::parse("id", self.ids.next_id())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Ticking(AtomicI64);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            let second = self.0.fetch_add(1, Ordering::Relaxed);
            Timestamp::from_moment(jiff::Timestamp::from_second(second).unwrap())
        }
    }

    struct NoIds;

    impl IdGenerator for NoIds {
        fn next_id(&self) -> String {
            String::new()
        }
    }

    #[test]
    fn a_request_has_one_instant() {
        let clock = Arc::new(Ticking(AtomicI64::new(7)));
        let context = Context::new(Principal::anonymous(), clock.clone(), Arc::new(SortableIds));
        assert_eq!(context.principal().name(), "anonymous");
        assert_eq!(clock.0.load(Ordering::Relaxed), 7, "the clock is not read before it is needed");
        assert_eq!(context.now(), context.now());
        assert_eq!(clock.0.load(Ordering::Relaxed), 8);
        let now = context.now();
        assert_eq!(Clock::now(&now), now);
    }

    #[test]
    fn ids_sort_by_creation_and_unusable_ones_are_refused() {
        let context =
            |ids: Arc<dyn IdGenerator>| Context::new(Principal::new("a task"), Arc::new(SystemClock), ids);
        let sortable = context(Arc::new(SortableIds));
        let [first, second] = [0, 1].map(|_| sortable.next_id().unwrap());
        assert!(first < second);
        assert!(context(Arc::new(NoIds)).next_id().is_err());
    }
}
