//! Documents with everything that may be in a field.

use serde_json::{Value, json};

/// Values of keywords; of some of which documents have several.
pub(crate) const WORDS: &[&str] = &["a", "b", "B", "ü", "a b", "true", "7", ""];
pub(crate) const STATUSES: &[&str] =
    &["pending", "in_progress", "canceling", "canceled", "suspended", "completed", "error"];

const JOB_TYPES: &[&str] = &["full", "incremental", "access_control"];
const CONNECTOR_STATUSES: &[&str] = &["created", "needs_configuration", "configured", "connected", "error"];

fn word(number: usize) -> Value {
    match number % 11 {
        8 => json!(["a", "ü"]),
        9 => Value::Null,
        10 => json!([]),
        other => json!(WORDS[other]),
    }
}

/// A date in one of the forms in which clients write them, or something else.
fn date(number: usize) -> Value {
    let (month, day, hour) = (1 + number % 9, 1 + number * 7 % 28, number * 5 % 24);
    match number % 9 {
        0 => json!(format!("2026-{month:02}-{day:02}")),
        1 => json!(format!("2026-{month:02}-{day:02}T{hour:02}:00:00.123456+00:00")),
        2 => json!(format!("2026-{month:02}-{day:02}T{hour:02}:30:00+02:00")),
        3 => json!(1_767_225_600_000_i64 + 86_400_000 * i64::try_from(number).expect("few")),
        4 => json!("soon"),
        5 => Value::Null,
        _ => json!(format!("2026-{month:02}-{day:02}T{hour:02}:15:00.000Z")),
    }
}

fn number(number: usize) -> Value {
    match number % 8 {
        0 => json!(number * 3),
        1 => json!(-5),
        2 => json!(7.9),
        3 => json!("12"),
        4 => json!("many"),
        5 => Value::Null,
        6 => json!(i64::MAX),
        _ => json!(number),
    }
}

/// Removes what is null in every second document: a field may also be missing.
fn pruned(mut document: Value, number: usize) -> Value {
    if number.is_multiple_of(2) {
        document.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    }
    document
}

/// A moment of its own for each document, by which all of them can be ordered.
fn moment(number: usize) -> String {
    format!("2026-05-{:02}T{:02}:00:00.{:03}Z", 1 + number % 28, number % 24, number)
}

pub(crate) fn jobs() -> Vec<(String, Value)> {
    (0..80)
        .map(|n| {
            let document = json!({
                "status": STATUSES[n % STATUSES.len()],
                "job_type": JOB_TYPES[n % JOB_TYPES.len()],
                "trigger_method": word(n),
                "worker_hostname": word(n / 2),
                "error": word(n / 3),
                "connector": {
                    "id": format!("c{}", n % 6),
                    "index_name": word(n / 4),
                    "service_type": word(n / 5),
                    "configuration": { "a": { "value": n } },
                },
                "created_at": moment(n * 37 % 80),
                "started_at": date(n),
                "last_seen": date(n / 2 + 1),
                "completed_at": date(n * 3),
                "indexed_document_count": number(n),
                "deleted_document_count": number(n / 2),
                "metadata": { "a": n },
                "unknown": { "x": [n, null] },
            });
            (format!("j{n}"), pruned(document, n))
        })
        .collect()
}

pub(crate) fn connectors() -> Vec<(String, Value)> {
    (0..30)
        .map(|n| {
            let boolean = |n: usize| {
                [json!(true), json!(false), Value::Null, json!("true"), json!("false")][n % 5].clone()
            };
            let document = json!({
                "index_name": if n % 7 == 6 { Value::Null } else { json!(format!("search-{n}")) },
                "service_type": word(n),
                "name": word(n / 2),
                "status": CONNECTOR_STATUSES[n % CONNECTOR_STATUSES.len()],
                "deleted": boolean(n),
                "is_native": boolean(n / 2),
                "last_seen": date(n),
                "last_synced": moment(n * 11 % 30),
                "last_sync_status": STATUSES[n % STATUSES.len()],
                "last_indexed_document_count": number(n),
                "configuration": { "a": { "value": n } },
                "features": null,
            });
            (format!("c{n}"), pruned(document, n))
        })
        .collect()
}
