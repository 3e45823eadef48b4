//! The guard of a connector and a type of job: of concurrent requests that create a job unless one is pending, one does.

use super::{KEPT_FOR, may_be_running};
use crate::digest::hexadecimal_digest_of;
use crate::enumeration::enumeration;
use crate::field::fields;
use crate::{Document, Id, Object, Refusal, SyncJob, SyncJobType, Timestamp};

enumeration! {
    /// What becomes of a new sync job if its connector has a pending one of the same type.
    IfPending {
        /// It is created.
        Create,
        /// The pending job is answered instead.
        Return,
        /// The request is refused.
        Reject,
    }
}

fields! {
    /// The fields of a guard, by name.
    PENDING_GUARD_FIELDS {
        /// When the guard may be removed.
        EXPIRES_AT: Timestamp = "expires_at",
        /// The job as it is to be created; absent once it was.
        JOB: Object = "job",
        /// The last job that was created because none was pending.
        JOB_ID: String = "job_id",
        /// When the request began that creates it.
        STARTED_AT: Timestamp = "started_at",
    }
}

/// Names the last job of a connector and a type that was created because none was pending. It is replaced before the
/// next such job is created, so that only one of several concurrent requests goes on to create one; the others find
/// the job in it, and create the same one if it is not there yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingGuard {
    document: Document,
}

impl From<Document> for PendingGuard {
    fn from(document: Document) -> Self {
        Self { document }
    }
}

impl From<PendingGuard> for Document {
    fn from(guard: PendingGuard) -> Self {
        guard.document
    }
}

impl PendingGuard {
    /// The id of the guard of a connector and a type.
    pub fn id(connector_id: &Id, job_type: SyncJobType) -> Result<Id, Refusal> {
        Id::parse("id", hexadecimal_digest_of(&["pending job", connector_id.as_str(), job_type.into()]))
    }

    /// A guard for a job that is about to be created.
    #[must_use]
    pub fn announcing(job_id: &Id, job: &SyncJob, now: Timestamp) -> Self {
        let mut document = Document::default();
        document.set(JOB_ID, &job_id.to_string());
        document.set(STARTED_AT, &now);
        document.set(EXPIRES_AT, &now.later_by(KEPT_FOR));
        document.set(JOB, job.document());
        Self { document }
    }

    /// The guard after its job was created.
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.document.remove(JOB.name);
        self
    }

    /// The job that it names.
    #[must_use]
    pub fn job_id(&self) -> Option<Id> {
        Id::parse(JOB_ID.name, self.document.get(JOB_ID)?).ok()
    }

    /// The job that was announced and may not be there yet, with what is to be created under its id: the announced
    /// job, or `instead` if whoever announced it cannot be at it any more, since its connector may have changed.
    #[must_use]
    pub fn announced(&self, instead: &SyncJob, now: Timestamp) -> Option<(Id, SyncJob)> {
        let (job_id, job) = (self.job_id()?, self.document.get(JOB)?);
        let is_recent =
            self.document.get(STARTED_AT).is_some_and(|started_at| may_be_running(started_at, now));
        Some((job_id, if is_recent { SyncJob::from(job) } else { instead.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_job_is_the_one_to_create() {
        let job = |text: &str| SyncJob::from(Document::parse(text).unwrap());
        let time = |text| Timestamp::parse(text).unwrap();
        let (announced, instead) = (job(r#"{"a":1.10}"#), job(r#"{"b":1}"#));
        let id = Id::parse("id", "j").unwrap();
        let guard = PendingGuard::announcing(&id, &announced, time("2026-01-02T03:04:05.000Z"));
        for (now, expected) in [
            ("2026-01-02T03:04:05.000Z", &announced),
            ("2026-01-02T03:05:04.999Z", &announced),
            ("2026-01-02T03:05:05.000Z", &instead),
            // The clock of another machine is behind.
            ("2026-01-02T03:03:05.001Z", &announced),
            ("2026-01-01T00:00:00.000Z", &instead),
        ] {
            assert_eq!(guard.announced(&instead, time(now)), Some((id.clone(), expected.clone())), "{now}");
        }
        let confirmed = guard.confirmed();
        assert_eq!(confirmed.announced(&instead, time("2026-01-02T03:04:05.000Z")), None);
        assert_eq!(confirmed.job_id(), Some(id));
        let odd = PendingGuard::from(Document::default());
        assert_eq!((odd.job_id(), odd.announced(&instead, time("2026-01-02T03:04:05Z"))), (None, None));
    }

    #[test]
    fn each_connector_and_type_has_a_guard_of_its_own() {
        let id = |name: &str, job_type| PendingGuard::id(&Id::parse("id", name).unwrap(), job_type).unwrap();
        assert_eq!(id("a", SyncJobType::Full), id("a", SyncJobType::Full));
        assert_ne!(id("a", SyncJobType::Full), id("a", SyncJobType::Incremental));
        assert_ne!(id("a", SyncJobType::Full), id("b", SyncJobType::Full));
    }
}
