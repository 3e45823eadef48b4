//! Changes of a sync job by writes of its whole document, as Elastic's connector service makes them: what such a write
//! means for the state of the job.

use serde_json::value::RawValue;

use super::{SyncJob, fields};
use crate::{Document, Enumeration, Field, Refusal, SyncJobStatus, Timestamp};

impl SyncJob {
    /// The job after its document was overwritten by `written`. A new status is a step of the state machine, with the
    /// times that come with it unless the write gives them; all other fields are as written.
    ///
    /// - `canceling` for a job that no worker has is `canceled`, as when it is canceled by a request.
    /// - A job in progress stays with its worker: another one is refused with [`Refusal::ClaimedByAnother`].
    /// - A job without one of the known statuses may be overwritten by anything.
    pub fn rewritten(self, id: &str, written: Document, now: Timestamp) -> Result<Self, Refusal> {
        let Some(from) = self.status() else { return Ok(Self { document: written }) };
        let to = Self { document: written.clone() }.status().ok_or_else(|| not_a_status(&written))?;
        if from == to {
            self.check_holder(id, &written)?;
            return Ok(Self { document: written });
        }
        let is_idle = matches!(from, SyncJobStatus::Pending | SyncJobStatus::Suspended);
        let to = if is_idle && to == SyncJobStatus::Canceling { SyncJobStatus::Canceled } else { to };
        if !from.may_become(to) {
            return Err(Refusal::ForbiddenTransition { id: id.to_owned(), from: self.stored_status(), to });
        }
        let mut written = Written { before: &self.document, document: written, now };
        written.document.set(fields::STATUS, &to);
        for (field, is_renewed) in times_of(to) {
            written.time(*field, *is_renewed);
        }
        Ok(Self { document: written.document })
    }

    /// Whether a partial document ends the job as it has ended already, so that it says nothing new.
    #[must_use]
    pub fn is_same_end(&self, partial: &Document) -> bool {
        self.has_ended() && self.status() == partial.get(fields::STATUS)
    }

    /// Refuses another worker, or none, for a job that a worker has.
    fn check_holder(&self, id: &str, written: &Document) -> Result<(), Refusal> {
        let holder = self.worker_hostname().filter(|_| self.status() == Some(SyncJobStatus::InProgress));
        match holder {
            Some(worker) if written.get(fields::WORKER_HOSTNAME).as_ref() != Some(&worker) => {
                Err(Refusal::ClaimedByAnother { id: id.to_owned(), worker })
            }
            _ => Ok(()),
        }
    }
}

/// The times that come with a status, each with whether it is renewed if the job had one before.
fn times_of(status: SyncJobStatus) -> &'static [(Field<Timestamp>, bool)] {
    match status {
        SyncJobStatus::Pending => &[],
        SyncJobStatus::InProgress => &[(fields::STARTED_AT, true), (fields::LAST_SEEN, true)],
        SyncJobStatus::Canceling => &[(fields::CANCELATION_REQUESTED_AT, true)],
        SyncJobStatus::Suspended => &[(fields::LAST_SEEN, true)],
        SyncJobStatus::Completed | SyncJobStatus::Error => {
            &[(fields::COMPLETED_AT, true), (fields::LAST_SEEN, true)]
        }
        SyncJobStatus::Canceled => &[
            (fields::CANCELATION_REQUESTED_AT, false),
            (fields::CANCELED_AT, true),
            (fields::COMPLETED_AT, true),
        ],
    }
}

/// A document that replaces another one.
struct Written<'d> {
    before: &'d Document,
    document: Document,
    now: Timestamp,
}

impl Written<'_> {
    /// Sets a time to now, unless the write gives it.
    fn time(&mut self, field: Field<Timestamp>, is_renewed: bool) {
        let text = |document: &Document| document.get_raw(field.name).map(|value| value.get().to_owned());
        let (before, written) = (text(self.before), text(&self.document));
        let is_given = written.is_some() && (written != before || !is_renewed);
        if !is_given {
            self.document.set(field, &self.now);
        }
    }
}

fn not_a_status(written: &Document) -> Refusal {
    let status = written.get_raw(fields::STATUS.name).map_or("none", RawValue::get);
    Refusal::InvalidArgument(format!(
        "field [status] of a sync job must be one of [{}], but was [{}]",
        SyncJobStatus::words(),
        status.trim_matches('"')
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = r#""2026-01-02T03:04:05.000Z""#;

    fn rewritten(before: &str, written: &str) -> Result<String, Refusal> {
        let parse = |text: &str| Document::parse(text).unwrap();
        let now = Timestamp::parse(NOW.trim_matches('"')).unwrap();
        let job = SyncJob::from(parse(before)).rewritten("j", parse(written), now)?;
        Ok(job.document().to_json().replace(NOW, "NOW"))
    }

    #[test]
    fn a_new_status_has_the_times_that_come_with_it() {
        for (before, written, expected) in [
            (
                r#"{"status":"pending"}"#,
                r#"{"status":"in_progress","worker_hostname":"w"}"#,
                r#"{"status":"in_progress","worker_hostname":"w","started_at":NOW,"last_seen":NOW}"#,
            ),
            (
                r#"{"status":"suspended","started_at":"2026-01-01"}"#,
                r#"{"status":"in_progress","started_at":"2026-01-01","last_seen":"2026-01-01"}"#,
                r#"{"status":"in_progress","started_at":NOW,"last_seen":"2026-01-01"}"#,
            ),
            (
                r#"{"status":"in_progress","last_seen":5}"#,
                r#"{"status":"completed","last_seen":5,"completed_at":"2026-01-01","x":1.10}"#,
                r#"{"status":"completed","last_seen":NOW,"completed_at":"2026-01-01","x":1.10}"#,
            ),
            (
                r#"{"status":"in_progress"}"#,
                r#"{"status":"canceling"}"#,
                r#"{"status":"canceling","cancelation_requested_at":NOW}"#,
            ),
            (
                r#"{"status":"canceling","cancelation_requested_at":"2026-01-01"}"#,
                r#"{"status":"canceled","cancelation_requested_at":"2026-01-01"}"#,
                r#"{"status":"canceled","cancelation_requested_at":"2026-01-01","canceled_at":NOW,"completed_at":NOW}"#,
            ),
            (
                r#"{"status":"pending"}"#,
                r#"{"status":"canceling","cancelation_requested_at":"2026-01-01"}"#,
                r#"{"status":"canceled","cancelation_requested_at":"2026-01-01","canceled_at":NOW,"completed_at":NOW}"#,
            ),
        ] {
            assert_eq!(rewritten(before, written).unwrap(), expected, "{before}");
        }
    }

    #[test]
    fn other_fields_are_as_written() {
        for (before, written) in [
            (
                r#"{"status":"in_progress","worker_hostname":"w"}"#,
                r#"{"status":"in_progress","worker_hostname":"w","y":[1.10]}"#,
            ),
            (r#"{"status":"in_progress"}"#, r#"{"status":"in_progress","worker_hostname":"w"}"#),
            (r#"{"status":"completed","x":1}"#, r#"{"status":"completed","x":1e400}"#),
            (r#"{"x":1}"#, r#"{"status":"completed"}"#),
            (r#"{"status":7}"#, r#"{"status":"paused"}"#),
        ] {
            assert_eq!(rewritten(before, written).unwrap(), written, "{before}");
        }
    }

    #[test]
    fn what_the_state_machine_does_not_allow_is_refused() {
        for (before, written, part) in [
            ("completed", r#"{"status":"error"}"#, "cannot go from status [completed] to [error]"),
            ("canceled", r#"{"status":"canceling"}"#, "from status [canceled] to [canceling]"),
            ("pending", r#"{"status":"completed"}"#, "from status [pending] to [completed]"),
            ("pending", r#"{"status":"paused"}"#, "one of [canceling, canceled"),
            ("pending", "{}", "but was [none]"),
        ] {
            let before = format!(r#"{{"status":"{before}"}}"#);
            let reason = rewritten(&before, written).unwrap_err().to_string();
            assert!(reason.contains(part), "{reason}");
        }
        for written in [
            r#"{"status":"in_progress","worker_hostname":"x"}"#,
            r#"{"status":"in_progress","worker_hostname":null}"#,
            r#"{"status":"in_progress"}"#,
        ] {
            let other = rewritten(r#"{"status":"in_progress","worker_hostname":"w"}"#, written);
            assert_eq!(other, Err(Refusal::ClaimedByAnother { id: "j".into(), worker: "w".into() }));
        }
    }

    #[test]
    fn the_same_end_says_nothing_new() {
        let is_same = |stored: &str, partial: &str| {
            let parse = |text: &str| Document::parse(text).unwrap();
            SyncJob::from(parse(stored)).is_same_end(&parse(partial))
        };
        assert!(is_same(r#"{"status":"error"}"#, r#"{"status":"error","error":"again"}"#));
        assert!(!is_same(r#"{"status":"error"}"#, r#"{"error":"again"}"#));
        assert!(!is_same(r#"{"status":"in_progress"}"#, r#"{"status":"in_progress"}"#));
    }
}
