//! Imports of any bytes.

use std::io::Cursor;

use serde_json::{Map, Value};
use tributary_storage::transfer::{Imported, TargetMode, Verdict, export, import};
use tributary_storage::{Collection, MemoryStore};

use crate::service::with_service;

/// Names by which a line is something else than a document with an id.
const OTHER_FORMS: &[&str] =
    &["_id", "_index", "_source", "create", "index", "update", "delete", "hits", "results", "error"];

/// Checks an input, with and without a collection that it is said to be of: every document is stored, counted or left
/// out with a reason, and what was stored comes back from an export of it.
pub(super) fn check(input: &[u8]) {
    with_service(|service| {
        service.block_on(async {
            for collection in [None, Some(Collection::CONNECTORS), Some(Collection::SYNC_JOBS)] {
                let (store, imported) = imported(input, collection).await;
                check_counts(&imported);
                if collection.is_some()
                    && let Some(lines) = plain_documents(input)
                {
                    let read: u64 = imported.report.parts.iter().map(|part| part.read.count).sum();
                    assert_eq!(
                        read + imported.repeated + imported.misunderstood,
                        lines,
                        "a line is not accounted for: {imported:?}"
                    );
                }
                let mut exported = Vec::new();
                export(&store, &mut exported, &|_| {}).await.expect("an export");
                let (_, again) = self::imported(&exported, None).await;
                assert_eq!(again.verdict(), Verdict::Same, "{again:?}");
                for (part, before) in again.report.parts.iter().zip(&imported.report.parts) {
                    assert_eq!(part.target, before.target, "{again:?}");
                }
            }
        });
    });
}

async fn imported(input: &[u8], collection: Option<Collection>) -> (MemoryStore, Imported) {
    let store = MemoryStore::default();
    let input = Cursor::new(input.to_vec());
    let imported = import(input, collection, &store, TargetMode::Empty, &|_| {}).await.expect("an import");
    (store, imported)
}

fn check_counts(imported: &Imported) {
    let report = &imported.report;
    let of_all = |count: fn(&tributary_storage::transfer::CollectionReport) -> u64| -> u64 {
        report.parts.iter().map(count).sum()
    };
    assert_eq!(of_all(|part| part.created.count), of_all(|part| part.target.count), "{imported:?}");
    let done = of_all(|part| part.created.count) + of_all(|part| part.present.count) + report.left_out;
    assert!(done >= of_all(|part| part.read.count), "a document is not accounted for: {imported:?}");
    assert_eq!(imported.misunderstood == 0, imported.complaints.is_empty(), "{imported:?}");
    assert_eq!(report.left_out == 0, report.examples.is_empty(), "{imported:?}");
    assert!(imported.complaints.iter().all(|one| one.line > 0 && !one.reason.is_empty()), "{imported:?}");
    let is_whole = imported.misunderstood == 0 && report.left_out == 0;
    assert!(is_whole || imported.verdict() != Verdict::Same, "{imported:?}");
}

/// The number of lines, if each is a document with an id and nothing else.
fn plain_documents(input: &[u8]) -> Option<u64> {
    let mut count = 0;
    for line in input.split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let fields: Map<String, Value> = serde_json::from_slice(line).ok()?;
        let is_plain = fields.get("id").is_some_and(Value::is_string);
        if !is_plain || fields.keys().any(|name| OTHER_FORMS.contains(&name.as_str())) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_documents_are_counted() {
        assert_eq!(plain_documents(b"{\"id\":\"a\"}\n\n{\"id\":\"b\",\"x\":1}"), Some(2));
        assert_eq!(plain_documents(b"{\"id\":7}"), None);
        assert_eq!(plain_documents(b"{\"id\":\"a\",\"_source\":{}}"), None);
        assert_eq!(plain_documents(b"{"), None);
    }
}
