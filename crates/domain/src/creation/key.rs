//! Idempotency keys, and digests of the requests that they are used for.

use std::fmt;

use super::IfPending;
use crate::digest::hexadecimal_digest_of;
use crate::{Id, NewSyncJob, Refusal, SyncJobType, TriggerMethod};

/// The most characters of an idempotency key.
pub const MAXIMUM_IDEMPOTENCY_KEY: usize = 255;

/// A text by which a client names one creation: a repeated request with the same key has the effect and the answer of
/// the first.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Validates a key: 1 to [`MAXIMUM_IDEMPOTENCY_KEY`] visible ASCII characters.
    pub fn parse(key: &str) -> Result<Self, Refusal> {
        let problem = if key.is_empty() {
            "must not be empty".to_owned()
        } else if key.len() > MAXIMUM_IDEMPOTENCY_KEY {
            format!("must have at most {MAXIMUM_IDEMPOTENCY_KEY} characters, but has {}", key.len())
        } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            format!("must consist of visible ASCII characters without blanks, but was [{key}]")
        } else {
            return Ok(Self(key.to_owned()));
        };
        Err(Refusal::InvalidArgument(format!("[Idempotency-Key] {problem}")))
    }

    /// The id of the key's record. Every caller has keys of their own.
    pub fn record_id(&self, principal: &str) -> Result<Id, Refusal> {
        Id::parse("id", hexadecimal_digest_of(&["idempotency key", principal, &self.0]))
    }
}

/// Keys are not shown: who knows one can ask for its answer.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey")
    }
}

/// A digest of a request that creates a sync job: requests have the same one if they ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreationDigest(String);

impl CreationDigest {
    /// The digest of a request for a new job.
    #[must_use]
    pub fn of_new(new: &NewSyncJob, if_pending: IfPending) -> Self {
        let job_type: &str = new.job_type.unwrap_or(SyncJobType::Full).into();
        let trigger_method: &str = new.trigger_method.unwrap_or(TriggerMethod::OnDemand).into();
        Self(hexadecimal_digest_of(&["new", if_pending.into(), &new.id, job_type, trigger_method]))
    }

    /// The digest of a request for a job like an ended one.
    #[must_use]
    pub fn of_retry(ended: &Id, if_pending: IfPending) -> Self {
        Self(hexadecimal_digest_of(&["retry", if_pending.into(), ended.as_str()]))
    }

    /// Its hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_1_to_255_visible_characters() {
        for good in ["a", "~!\"'", &"x".repeat(255)] {
            assert!(IdempotencyKey::parse(good).is_ok(), "{good}");
        }
        for (bad, part) in [
            ("", "empty"),
            (&*"x".repeat(256), "has 256"),
            ("a b", "[a b]"),
            ("é", "[é]"),
            ("\u{7f}", "visible"),
        ] {
            let reason = IdempotencyKey::parse(bad).unwrap_err().to_string();
            assert!(reason.contains(part), "{reason}");
        }
    }

    #[test]
    fn records_are_per_caller_and_do_not_tell_the_key() {
        let key = IdempotencyKey::parse("secret").unwrap();
        let ids = ["ann", "bo"].map(|principal| key.record_id(principal).unwrap());
        assert_ne!(ids[0], ids[1]);
        assert!(!format!("{ids:?} {key:?}").contains("secret"));
    }

    #[test]
    fn a_digest_is_of_what_is_asked_for() {
        let new =
            |body: &str, if_pending| CreationDigest::of_new(&serde_json::from_str(body).unwrap(), if_pending);
        let plain = new(r#"{"id":"c"}"#, IfPending::Create);
        let written_out = r#"{ "trigger_method":"ON_DEMAND", "job_type":"full", "id":"\u0063" }"#;
        assert_eq!(plain, new(written_out, IfPending::Create));
        for other in [
            new(r#"{"id":"c"}"#, IfPending::Return),
            new(r#"{"id":"d"}"#, IfPending::Create),
            new(r#"{"id":"c","job_type":"incremental"}"#, IfPending::Create),
            new(r#"{"id":"c","trigger_method":"scheduled"}"#, IfPending::Create),
            CreationDigest::of_retry(&Id::parse("id", "c").unwrap(), IfPending::Create),
        ] {
            assert_ne!(plain, other);
        }
    }
}
