//! The record of an idempotency key: what it was used for, and what was answered.

use super::{CreationDigest, KEPT_FOR, has_expired, may_be_running};
use crate::enumeration::enumeration;
use crate::field::fields;
use crate::{Document, Id, Refusal, Timestamp};

enumeration! {
    /// How far the creation under an idempotency key has come.
    KeyState {
        /// A request is at it.
        Running,
        /// The request failed, and nobody knows whether its job was created.
        Interrupted,
        /// Ended: the job was created.
        Created,
        /// Ended: a pending job was answered instead.
        Returned,
    }
}

fields! {
    /// The fields of the record of an idempotency key, by name.
    KEY_RECORD_FIELDS {
        /// When the key may be used for another request.
        EXPIRES_AT: Timestamp = "expires_at",
        /// The job that is answered; chosen before it is created.
        JOB_ID: String = "job_id",
        /// The digest of the request that the key is used for.
        REQUEST: String = "request",
        /// When the request began that is at it, or was the last one.
        STARTED_AT: Timestamp = "started_at",
        /// How far it has come.
        STATE: KeyState = "state",
    }
}

/// What an idempotency key is used for.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRecord {
    document: Document,
}

/// What a request with an idempotency key has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyUse {
    /// Store the record, then create its job: the key is not in use.
    Begin(KeyRecord),
    /// Store the record, then create its job unless it is there: an earlier request did not come to an end.
    Resume(KeyRecord),
    /// Answer as the first request was answered.
    Repeat {
        /// The job.
        job_id: Id,
        /// Whether it was created then; otherwise it was pending already.
        was_created: bool,
    },
}

impl From<Document> for KeyRecord {
    fn from(document: Document) -> Self {
        Self { document }
    }
}

impl From<KeyRecord> for Document {
    fn from(record: KeyRecord) -> Self {
        record.document
    }
}

impl KeyRecord {
    /// What to do with a key that has this record, if any. `new_id` is the id for the job of a new record. Refused if
    /// the key was used for another request, or if its request is still running.
    pub fn admit(
        present: Option<Self>,
        request: &CreationDigest,
        new_id: &Id,
        now: Timestamp,
    ) -> Result<KeyUse, Refusal> {
        let Some((present, job_id)) =
            present.filter(|record| !has_expired(&record.document, now)).and_then(Self::with_job_id)
        else {
            return Ok(KeyUse::Begin(Self::of(request, new_id, now)));
        };
        if present.document.get(REQUEST).as_deref() != Some(request.as_str()) {
            return Err(Refusal::IdempotencyKeyReused);
        }
        match present.document.get(STATE) {
            Some(state @ (KeyState::Created | KeyState::Returned)) => {
                Ok(KeyUse::Repeat { job_id, was_created: state == KeyState::Created })
            }
            Some(KeyState::Running) if present.may_be_running(now) => Err(Refusal::IdempotencyKeyInUse),
            _ => Ok(KeyUse::Resume(Self::of(request, &job_id, now))),
        }
    }

    fn of(request: &CreationDigest, job_id: &Id, now: Timestamp) -> Self {
        let mut document = Document::default();
        document.set(REQUEST, &request.as_str().to_owned());
        document.set(JOB_ID, &job_id.to_string());
        document.set(STATE, &KeyState::Running);
        document.set(STARTED_AT, &now);
        document.set(EXPIRES_AT, &now.later_by(KEPT_FOR));
        Self { document }
    }

    /// The record and the id of its job, if it is one of this format.
    fn with_job_id(self) -> Option<(Self, Id)> {
        let id = self.job_id().ok()?;
        Some((self, id))
    }

    /// The job that is answered.
    pub fn job_id(&self) -> Result<Id, Refusal> {
        Id::parse(JOB_ID.name, self.document.get(JOB_ID).unwrap_or_default())
    }

    /// The record after its request came to an end.
    #[must_use]
    pub fn ended(mut self, job_id: &Id, was_created: bool) -> Self {
        let state = if was_created { KeyState::Created } else { KeyState::Returned };
        self.document.set(JOB_ID, &job_id.to_string());
        self.document.set(STATE, &state);
        self
    }

    /// The record after its request failed, and may have created the job nevertheless.
    #[must_use]
    pub fn interrupted(mut self) -> Self {
        self.document.set(STATE, &KeyState::Interrupted);
        self
    }

    /// Whether its request may be running.
    fn may_be_running(&self, now: Timestamp) -> bool {
        self.document.get(STARTED_AT).is_some_and(|started_at| may_be_running(started_at, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::creation::IfPending;

    fn id(text: &str) -> Id {
        Id::parse("id", text).unwrap()
    }

    fn admit(present: &KeyRecord, of: &str, now: &str) -> Result<KeyUse, Refusal> {
        let request = CreationDigest::of_retry(&id(of), IfPending::Create);
        KeyRecord::admit(Some(present.clone()), &request, &id("new"), Timestamp::parse(now).unwrap())
    }

    const START: &str = "2026-01-02T03:04:05.000Z";

    fn begun() -> KeyRecord {
        let request = CreationDigest::of_retry(&id("a"), IfPending::Create);
        match KeyRecord::admit(None, &request, &id("j"), Timestamp::parse(START).unwrap()) {
            Ok(KeyUse::Begin(record)) => record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_running_request_is_waited_for_and_then_finished() {
        let running = begun();
        for now in [START, "2026-01-02T03:05:04.999Z", "2026-01-02T03:03:06.000Z"] {
            assert_eq!(admit(&running, "a", now), Err(Refusal::IdempotencyKeyInUse), "{now}");
        }
        for (record, now) in [
            (running.clone(), "2026-01-02T03:05:05.000Z"),
            // A clock that was wrong.
            (running.clone(), "2026-01-02T02:00:00.000Z"),
            (running.interrupted(), START),
        ] {
            match admit(&record, "a", now) {
                Ok(KeyUse::Resume(record)) => assert_eq!(record.job_id(), Ok(id("j")), "{now}"),
                other => panic!("{now}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_answer_is_repeated_for_a_day() {
        for was_created in [true, false] {
            let record = begun().ended(&id("k"), was_created);
            let repeated = KeyUse::Repeat { job_id: id("k"), was_created };
            assert_eq!(admit(&record, "a", "2026-01-03T03:04:04.999Z"), Ok(repeated));
            match admit(&record, "a", "2026-01-03T03:04:05.000Z") {
                Ok(KeyUse::Begin(record)) => assert_eq!(record.job_id(), Ok(id("new"))),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn another_request_needs_another_key() {
        for record in [begun(), begun().interrupted(), begun().ended(&id("j"), true)] {
            assert_eq!(admit(&record, "b", START), Err(Refusal::IdempotencyKeyReused));
            let next_day = admit(&record, "b", "2026-01-03T03:04:05.000Z");
            assert!(matches!(next_day, Ok(KeyUse::Begin(_))), "{next_day:?}");
        }
        let odd = KeyRecord::from(Document::parse(r#"{"expires_at":"9999-01-01","job_id":7}"#).unwrap());
        assert!(matches!(admit(&odd, "a", START), Ok(KeyUse::Begin(_))));
    }
}
