//! Every change of a sync job, allowed and refused.

use super::*;
use crate::Enumeration;

fn now() -> Timestamp {
    Timestamp::parse("2026-01-02T03:04:05.000Z").unwrap()
}

fn job(text: &str) -> SyncJob {
    SyncJob::from(Document::parse(text).unwrap())
}

fn in_status(status: &str) -> SyncJob {
    job(&format!(r#"{{"status":"{status}","unknown":1.10}}"#))
}

fn text(job: Result<SyncJob, Refusal>) -> String {
    job.unwrap().document().to_json()
}

/// A kind of change, under the name of its endpoint.
type Change = fn(SyncJob) -> Result<SyncJob, Refusal>;

const CHANGES: [(&str, Change, &[SyncJobStatus]); 6] = {
    use SyncJobStatus::{Canceling, InProgress, Pending, Suspended};
    [
        ("cancel", |job| job.cancel("j", now()), &[Pending, Suspended, InProgress]),
        ("claim", |job| job.claim("j", "w", None, now()), &[Pending, Suspended]),
        ("complete", |job| job.complete("j", None, now()), &[InProgress]),
        ("error", |job| job.fail("j", "broken", now()), &[InProgress, Canceling]),
        ("suspend", |job| job.suspend("j", None, now()), &[InProgress]),
        ("canceled", |job| job.confirm_canceled("j", None, now()), &[Canceling, Pending, Suspended]),
    ]
};

#[test]
fn each_change_is_allowed_from_its_statuses_only() {
    for (name, change, allowed) in CHANGES {
        for status in SyncJobStatus::ALL {
            let result = change(in_status(&status.to_string()));
            assert_eq!(result.is_ok(), allowed.contains(status), "{name} from {status}: {result:?}");
            match result {
                Ok(job) => assert!(job.document().to_json().contains(r#""unknown":1.10"#)),
                Err(Refusal::ForbiddenTransition { from, .. }) => assert_eq!(from, status.to_string()),
                Err(Refusal::ClaimedByAnother { worker, .. }) => assert_eq!(worker, "unknown"),
                Err(other) => panic!("{name} from {status}: {other}"),
            }
        }
    }
}

#[test]
fn a_refusal_names_both_statuses() {
    for (stored, from) in
        [(r#"{"status":"completed"}"#, "completed"), ("{}", "none"), (r#"{"status":7}"#, "7")]
    {
        let reason = job(stored).complete("j", None, now()).unwrap_err().to_string();
        assert_eq!(reason, format!("sync job [j] cannot go from status [{from}] to [completed]"));
    }
}

#[test]
fn canceling_notes_the_same_instant_everywhere() {
    let time = r#""2026-01-02T03:04:05.000Z""#;
    assert_eq!(
        text(in_status("pending").cancel("j", now())),
        format!(
            r#"{{"status":"canceled","unknown":1.10,"cancelation_requested_at":{time},"canceled_at":{time},"completed_at":{time}}}"#
        )
    );
    assert_eq!(
        text(in_status("in_progress").cancel("j", now())),
        format!(r#"{{"status":"canceling","unknown":1.10,"cancelation_requested_at":{time}}}"#)
    );
}

#[test]
fn a_claim_is_exclusive_and_idempotent() {
    let earlier = Timestamp::parse("2026-01-01T00:00:00.000Z").unwrap();
    let claimed = in_status("pending").claim("j", "one", None, earlier).unwrap();
    let refusal = claimed.clone().claim("j", "two", None, now()).unwrap_err();
    assert_eq!(refusal.to_string(), "sync job [j] is already claimed by worker [one]");
    assert_eq!(
        text(claimed.claim("j", "one", None, now())),
        r#"{"status":"in_progress","unknown":1.10,"worker_hostname":"one","started_at":"2026-01-01T00:00:00.000Z","last_seen":"2026-01-02T03:04:05.000Z"}"#
    );
}

#[test]
fn a_cursor_goes_into_the_copy_of_the_connector() {
    let cursor = Object::parse(r#"{"page":1.50}"#).unwrap();
    let claim = |stored| job(stored).claim("j", "w", Some(&cursor), now());
    let claimed =
        text(claim(r#"{"status":"pending","connector":{"id":"c","x":1e400,"sync_cursor":{"old":1}}}"#));
    assert!(claimed.contains(r#""connector":{"id":"c","x":1e400,"sync_cursor":{"page":1.50}}"#), "{claimed}");
    assert!(text(claim(r#"{"status":"pending"}"#)).contains(r#""connector":{"sync_cursor":{"page":1.50}}"#));
    assert!(claim(r#"{"status":"pending","connector":"c"}"#).is_err());
}

#[test]
fn worker_names_have_bounds() {
    for (worker, fine) in [("", false), (&*"w".repeat(1_024), true), (&*"w".repeat(1_025), false)] {
        assert_eq!(in_status("pending").claim("j", worker, None, now()).is_ok(), fine, "{}", worker.len());
    }
}

#[test]
fn statistics_name_all_negative_and_missing_counts() {
    let statistics: Statistics = serde_json::from_str(
        r#"{"deleted_document_count":-1,"indexed_document_count":5,"total_document_count":-9}"#,
    )
    .unwrap();
    assert_eq!(
        statistics.check_complete().unwrap_err().to_string(),
        "Validation Failed: 1: [indexed_document_volume] is required;2: [deleted_document_count] cannot be \
         negative, but was [-1];3: [total_document_count] cannot be negative, but was [-9];"
    );
    assert!(statistics.check().is_err());
    assert!(Statistics::default().check().is_ok());
}

#[test]
fn a_report_merges_metadata_and_touches_nothing_else() {
    let stored = job(r#"{"metadata":{"a":{"b":1.0}},"status":"in_progress","indexed_document_count":3}"#);
    let statistics: Statistics = serde_json::from_str(
        r#"{"deleted_document_count":9223372036854775807,"last_seen":"2026-05-05T05:05:05+05:00","metadata":{"a":{"c":1e400}}}"#,
    )
    .unwrap();
    assert_eq!(
        stored.report(&statistics, now()).document().to_json(),
        r#"{"metadata":{"a":{"b":1.0,"c":1e400}},"status":"in_progress","indexed_document_count":3,"deleted_document_count":9223372036854775807,"last_seen":"2026-05-05T00:05:05Z"}"#
    );
}

#[test]
fn ends_may_carry_statistics() {
    let statistics = Statistics { indexed_document_count: Some(Lenient(Count(5))), ..Statistics::default() };
    let done = text(in_status("in_progress").complete("j", Some(&statistics), now()));
    assert!(done.contains(r#""indexed_document_count":5"#) && done.contains(r#""completed_at""#), "{done}");
    let suspended = text(in_status("in_progress").suspend("j", Some(&statistics), now()));
    assert!(suspended.contains(r#""indexed_document_count":5"#) && !suspended.contains("completed_at"));
}
