//! Documents of odd content: kept to the letter, or refused so that nothing of them is stored.

use tributary_domain::SyncJobQuery;

use super::{Allowances, document, id};
use crate::{Collection, Store, StoreError};

/// What programs and people have been seen to store, and what nobody should.
const ODD: &[&str] = &[
    r#"{"":1}"#,
    r#"{"unknown":{"":{"":[]}}}"#,
    r#"{"status":{"is":"pending"}}"#,
    r#"{"connector":"c"}"#,
    r#"{"created_at":{"date":"2026-01-01"}}"#,
    r#"{"created_at":[[["2026-01-01"]]],"status":[["pending"]]}"#,
    r#"{"created_at":"soon","last_seen":"never","indexed_document_count":"many","metadata":[1,"x"]}"#,
    r#"{"unknown":[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
    r#"{"_id":"other","_source":{}}"#,
    r#"{"a.b":1,"a":{"b":2},"..":3}"#,
];

/// Puts every odd document in, over another one as well, and looks at what is there then.
pub(super) async fn kept_or_refused_whole(store: &dyn Store, allowances: Allowances) {
    let mut kept = 0;
    let jobs = Collection::SyncJobs;
    for (number, text) in ODD.iter().enumerate() {
        let name = id(&format!("odd-{number}"));
        let expected = document(text).render(name.as_str());
        match store.create(jobs, &name, document(text)).await {
            Ok(_) => {
                kept += 1;
                let found = store.get(jobs, &name).await.expect("there").document;
                assert_eq!(String::from_utf8_lossy(&found), expected);
            }
            Err(StoreError::Rejected(reason)) if allowances.rejects_odd_documents => {
                assert!(!reason.is_empty(), "a refusal says why");
                assert!(matches!(store.get(jobs, &name).await, Err(StoreError::NotFound)), "{text}");
                let plain = document(r#"{"plain":true}"#);
                let version = store.create(jobs, &name, plain.clone()).await.expect("created");
                let replaced = store.replace(jobs, &name, version, document(text)).await;
                assert!(matches!(replaced, Err(StoreError::Rejected(_))), "{text}: {replaced:?}");
                let found = store.get(jobs, &name).await.expect("there");
                assert_eq!((found.version, found.document), (version, plain.render(name.as_str()).into()));
                store.delete(jobs, &name, version).await.expect("deleted");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let page = store.list_sync_jobs(&SyncJobQuery::default()).await.expect("listed");
    assert_eq!(page.count, kept);
}
