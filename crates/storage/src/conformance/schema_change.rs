//! Tests that a persistent store supports a changed schema.

use std::sync::Arc;

use tributary_domain::{Condition, Order, Query};

use super::promise::{document, id};
use super::sample::fields::{COLOR, NOTE, OWNER, SIZE};
use super::sample::{COLLECTIONS, SAMPLE};
use super::sample::{COLLECTIONS_BEFORE, SAMPLE_BEFORE};
use crate::{Collection, Deadline, Store, StoreExt as _};

/// Fills a store, closes it, and opens it with a schema with more indexed fields, by which all documents must be found.
/// For persistent backends: `open` must open the same, initially empty store with each call, over the given
/// collections.
///
/// # Panics
/// If something is lost, or is not found by a new field.
pub async fn check_schema_change<F>(open: impl Fn(&'static [Collection]) -> F)
where
    F: Future<Output = Arc<dyn Store>>,
{
    // Under a schema that knows nothing of the sample at all.
    let store = open(&Collection::ALL).await;
    store
        .create(Collection::SYNC_JOBS, &id("job"), document(r#"{"status":"pending"}"#))
        .await
        .expect("created");
    store.close().await.expect("closed");
    drop(store);

    let store = open(COLLECTIONS_BEFORE).await;
    let samples = (0..50).map(|number| {
        let color = ["red", "blue"][number % 2];
        let text = format!(
            r#"{{"due_at":{number},"color":"{color}","size":{},"owner":{{"name":"o-{}"}},"note":"number {number}"}}"#,
            100 - number,
            number % 5
        );
        (id(&format!("sample-{number:02}")), document(&text))
    });
    for result in store.create_many(SAMPLE_BEFORE, samples.collect()).await {
        result.expect("created");
    }
    let red =
        store.list(&Query::of(SAMPLE_BEFORE).any_of(COLOR, ["red"]), Deadline::NONE).await.expect("listed");
    assert_eq!(red.count, 25);
    store.close().await.expect("closed");
    drop(store);

    // The new fields find what was stored before, and what comes now.
    for round in 0..2_u64 {
        let store = open(COLLECTIONS).await;
        let text = format!(r#"{{"due_at":99,"size":{round},"owner":{{"name":"o-4"}},"note":"new 7"}}"#);
        store.create(SAMPLE, &id(&format!("new-{round}")), document(&text)).await.expect("created");
        check_new_fields(&*store, round + 1).await;
        let job = store.list(&Query::of(Collection::SYNC_JOBS), Deadline::NONE).await.expect("listed");
        assert_eq!(job.count, 1, "what does not change stays");
        store.close().await.expect("closed");
    }

    // Back again: the fields that are gone are used no more, and everything is there.
    let store = open(COLLECTIONS_BEFORE).await;
    let all = store.list(&Query::of(SAMPLE_BEFORE), Deadline::NONE).await.expect("listed");
    assert_eq!(all.count, 52);
    store.close().await.expect("closed");
}

async fn check_new_fields(store: &dyn Store, new: u64) {
    let count = async |query: Query| store.list(&query, Deadline::NONE).await.expect("listed").count;
    let all = || Query::of(SAMPLE);
    assert_eq!(count(all()).await, 50 + new);
    assert_eq!(count(all().any_of(COLOR, ["red"])).await, 25);
    assert_eq!(count(all().any_of(OWNER, ["o-4"])).await, 10 + new);
    let large = Condition::Range { field: SIZE, from: Some(91), before: None };
    assert_eq!(count(all().with(large)).await, 10);
    let sevens = Condition::Contains { fields: vec![NOTE], text: "7".to_owned() };
    assert_eq!(count(all().with(sevens)).await, 5 + new);
    let by_size = all().ordered(Order::by(Some(SIZE))).page(u32::try_from(new).expect("small"), 1);
    let page = store.list(&by_size, Deadline::NONE).await.expect("listed");
    let first = String::from_utf8_lossy(&page.documents[0]).into_owned();
    assert!(first.contains(r#""id":"sample-49""#), "{first}");
    let counts = store.count(&all(), &[OWNER], Deadline::NONE).await.expect("counted");
    assert_eq!(counts.groups.get(&vec![Some("o-0".to_owned())]), Some(&10), "{counts:?}");
}
