//! Documents with odd content, which must be stored exactly or refused completely.

use tributary_domain::{Id, Query};

use super::promise::{Allowances, document, id};
use crate::{Collection, Deadline, Store, StoreError, StoreExt as _};

/// Content that programs and people have been seen to store, and content that nobody should.
const ODD_JOBS: &[&str] = &[
    r#"{"":1}"#,
    r#"{"unknown":{"":{"":[]}}}"#,
    r#"{"status":{"is":"pending"}}"#,
    r#"{"connector":"c"}"#,
    r#"{"created_at":{"date":"2026-01-01"}}"#,
    r#"{"created_at":[[["2026-01-01"]]],"status":[["pending"]]}"#,
    r#"{"created_at":"soon","last_seen":"never","indexed_document_count":"many","metadata":[1,"x"]}"#,
    r#"{"indexed_document_count":1e400,"total_document_count":123456789012345678901234567890}"#,
    r#"{"indexed_document_volume":1.5,"deleted_document_count":[1,"2",null,"many"]}"#,
    r#"{"last_seen":1e400,"started_at":1.5e12,"completed_at":["never",{},true]}"#,
    r#"{"last_seen":{"date":"2026-01-01"},"total_document_count":{"value":1}}"#,
    r#"{"unknown":[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
    r#"{"_id":"other","_source":{}}"#,
    r#"{"a.b":1,"a":{"b":2},"..":3}"#,
];

/// Connectors of the same kind; none of them holds an index name that another has.
const ODD_CONNECTORS: &[&str] = &[
    r#"{"deleted":"maybe","is_native":5,"index_name":"search-odd-0"}"#,
    r#"{"sync_now":"yes"}"#,
    r#"{"description":{"text":"x"},"name":["a","b"]}"#,
    r#"{"last_seen":1e400,"last_synced":"soon","last_indexed_document_count":1e400}"#,
    r#"{"last_seen":{"date":"2026-01-01"},"last_deleted_document_count":true}"#,
    r#"{"configuration":"none","scheduling":[1],"sync_cursor":7}"#,
    r#"{"index_name":{"name":"x"},"status":{"is":"created"}}"#,
];

/// Writes every odd document, over another one as well, and checks the result.
pub(super) async fn kept_or_refused_whole(store: &dyn Store, allowances: Allowances) {
    let kept = kept(store, Collection::SYNC_JOBS, ODD_JOBS, allowances).await;
    let page = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.expect("listed");
    assert_eq!(page.count, kept);
    let kept = self::kept(store, Collection::CONNECTORS, ODD_CONNECTORS, allowances).await;
    let query = Query::of(Collection::CONNECTORS);
    let page = store.list(&query, Deadline::NONE).await.expect("listed");
    assert_eq!(page.count, kept);
}

/// How many of the documents were stored.
async fn kept(store: &dyn Store, collection: Collection, odd: &[&str], allowances: Allowances) -> u64 {
    let mut kept = 0;
    for (number, text) in odd.iter().enumerate() {
        let name = id(&format!("odd-{number}"));
        let expected = document(text).render(name.as_str());
        match store.create(collection, &name, document(text)).await {
            Ok(_) => {
                kept += 1;
                let found = store.get(collection, &name).await.expect("there").document;
                assert_eq!(String::from_utf8_lossy(&found), expected);
            }
            Err(StoreError::Rejected(reason)) if allowances.rejects_odd_documents => {
                assert!(!reason.is_empty(), "a refusal says why");
                refused_whole(store, collection, &name, text).await;
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    kept
}

/// Checks that a rejected document is not stored, and did not replace another one.
async fn refused_whole(store: &dyn Store, collection: Collection, name: &Id, text: &str) {
    assert!(matches!(store.get(collection, name).await, Err(StoreError::NotFound)), "{text}");
    let plain = document(r#"{"plain":true}"#);
    let version = store.create(collection, name, plain.clone()).await.expect("created");
    let replaced = store.replace(collection, name, version, document(text)).await;
    assert!(matches!(replaced, Err(StoreError::Rejected(_))), "{text}: {replaced:?}");
    let found = store.get(collection, name).await.expect("there");
    assert_eq!((found.version, found.document), (version, plain.render(name.as_str()).into()));
    store.delete(collection, name, version).await.expect("deleted");
}
