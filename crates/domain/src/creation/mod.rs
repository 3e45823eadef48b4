//! Records that make the creation of sync jobs safe to repeat: what each idempotency key was used for, and the last job
//! of each connector and type that was created while none was pending.

mod key;
mod key_record;
mod pending_guard;

use std::time::Duration;

use crate::field::Field;
use crate::{CollectionSchema, Document, IndexedField, Timestamp};

pub use key::{CreationDigest, IdempotencyKey, MAXIMUM_IDEMPOTENCY_KEY};
pub use key_record::{KEY_RECORD_FIELDS, KeyRecord, KeyState, KeyUse};
pub use pending_guard::{IfPending, PENDING_GUARD_FIELDS, PendingGuard};

/// How long a record is kept.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// How long a creation may take: a longer one was interrupted, and another request finishes it.
const LONGEST_CREATION: Duration = Duration::from_mins(1);

/// The fields of records in queries.
pub mod creation_fields {
    /// When the record may be removed.
    pub const EXPIRES_AT: &str = "expires_at";
}
use creation_fields::EXPIRES_AT;

/// Records are found by their ids, which are digests, and removed when they have expired.
pub(crate) const SCHEMA: CollectionSchema = CollectionSchema {
    name: "creations",
    noun: "creation record",
    index_alias: ".tributary-creations",
    fields: &[IndexedField::date(EXPIRES_AT).filtered().sorted()],
    order: Some(EXPIRES_AT),
    is_transient: true,
    ..CollectionSchema::BASE
};

/// Whether a record may be removed.
#[must_use]
pub fn has_expired(record: &Document, now: Timestamp) -> bool {
    record.get(Field::<Timestamp>::new(EXPIRES_AT)).is_none_or(|time| time <= now)
}

/// Whether a creation that began then may be running. Clocks of machines differ: a start in the future is treated as one
/// that is as far in the past.
fn may_be_running(started_at: Timestamp, now: Timestamp) -> bool {
    now < started_at.later_by(LONGEST_CREATION) && started_at < now.later_by(LONGEST_CREATION)
}
