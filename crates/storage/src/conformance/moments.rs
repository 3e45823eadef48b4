//! Promises about lists that keep the order of their first page.

use std::collections::{BTreeMap, BTreeSet};

use tributary_domain::{MissingValues, Moment, Order, PointInTime, Query, SortOrder};

use super::promise::{document, id, list_of_promises};
use super::sample::SAMPLE;
use super::sample::fields::{COLOR, DELAY, DUE_AT, IS_LARGE, OWNER, SEEN_AT, SIZE};
use crate::{Action, Collection, Deadline, Operation, Page, Store, StoreError, StoreExt as _};

list_of_promises![
    every_document_is_seen_once_whatever_moves_meanwhile,
    connectors_are_seen_once_although_their_index_names_change,
    only_pages_that_go_on_keep_a_moment,
    a_moment_of_another_store_is_gone,
];

/// How many documents are there from the beginning.
const DOCUMENTS: usize = 21;
/// The size of a page.
const SIZE_OF_PAGE: u32 = 4;

/// Numbers that look random, and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// A document with values that are equal, missing or at the ends now and then.
    fn document(&mut self) -> String {
        let mut fields = vec![r#""is_large":true"#.to_owned()];
        let size = ["-5", "0", "7", "7.0", "9223372036854775807", "100"][self.below(6)];
        for field in [
            format!(r#""due_at":{}"#, self.below(4)),
            format!(r#""seen":{{"at":"2026-01-0{}T00:00:00Z"}}"#, 1 + self.below(5)),
            format!(r#""size":{size}"#),
            format!(r#""color":["{}","w"]"#, ["blue", "green", "red", "z"][self.below(4)]),
            format!(r#""owner":{{"name":"{}"}}"#, ["ada", "bob", "eve"][self.below(3)]),
        ] {
            if self.below(4) > 0 {
                fields.push(field);
            }
        }
        format!("{{{}}}", fields.join(","))
    }
}

/// The page after a key, in the order of a moment; without a moment it keeps its own.
async fn page(store: &dyn Store, query: &Query, before: Option<&Page>) -> Page {
    let key = before.and_then(|page| page.next.clone());
    let point = before.and_then(|page| page.point_in_time.clone());
    let query = query.clone().after(key, SIZE_OF_PAGE).keeping_order(point);
    store.list(&query, Deadline::NONE).await.expect("a page")
}

fn ids(page: &Page) -> Vec<String> {
    let id = |text: &[u8]| {
        let document: serde_json::Value = serde_json::from_slice(text).expect("JSON");
        document["id"].as_str().expect("an id").to_owned()
    };
    page.documents.iter().map(id).collect()
}

/// Replaces some documents, of which each gets a text.
async fn replace(store: &dyn Store, collection: Collection, texts: BTreeMap<String, String>) {
    let ids: Vec<_> = texts.keys().map(|name| id(name)).collect();
    let found = store.read(collection, &ids, Deadline::NONE).await.expect("read");
    let operations = ids.iter().zip(found).zip(texts.values()).map(|((id, found), text)| {
        let version = found.expect("a document").version;
        Operation { id: id.clone(), action: Action::Replace(version, document(text)) }
    });
    for result in store.write(collection, operations.collect(), Deadline::NONE).await {
        result.expect("replaced");
    }
}

async fn every_document_is_seen_once_whatever_moves_meanwhile(store: &dyn Store) {
    let directions =
        [(SortOrder::Ascending, MissingValues::Greatest), (SortOrder::Descending, MissingValues::Last)];
    let fields = [DUE_AT, SEEN_AT, DELAY, SIZE, COLOR, OWNER];
    let orders = directions.into_iter().flat_map(|(direction, missing)| {
        fields.map(|field| Order { field: Some(field), direction, missing })
    });
    let mut numbers = Numbers(7);
    for (walk, order) in orders.enumerate() {
        let name = |number: usize| format!("{walk}-{number:02}");
        let new = (0..DOCUMENTS).map(|number| (id(&name(number)), document(&numbers.document())));
        let mut new: Vec<_> = new.collect();
        new.push((id(&format!("{walk}-small")), document(r#"{"is_large":false,"size":7}"#)));
        for result in store.create_many(SAMPLE, new).await {
            result.expect("created");
        }
        let query = Query::of(SAMPLE).any_of(IS_LARGE, ["true"]).ordered(order);
        let mut staying: BTreeSet<String> = (0..DOCUMENTS).map(name).collect();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let mut before = None;
        for step in 0.. {
            let found = page(store, &query, before.as_ref()).await;
            for id in ids(&found) {
                *seen.entry(id).or_default() += 1;
            }
            if found.next.is_none() {
                break;
            }
            assert!(step < 100, "{order:?} does not end");
            // Those that were seen move ahead, and those ahead move back; some move twice.
            let mut moving = BTreeMap::new();
            for _ in 0..4 {
                moving.insert(name(numbers.below(DOCUMENTS)), numbers.document());
            }
            moving.retain(|name, _| staying.contains(name));
            replace(store, SAMPLE, moving).await;
            if step % 3 == 1 {
                let gone = name(numbers.below(DOCUMENTS));
                if staying.remove(&gone) {
                    let version = store.get(SAMPLE, &id(&gone)).await.expect("there").version;
                    store.delete(SAMPLE, &id(&gone), version).await.expect("deleted");
                }
                let late = id(&format!("{walk}-late-{step}"));
                store.create(SAMPLE, &late, document(&numbers.document())).await.expect("created");
            }
            before = Some(found);
        }
        assert!(seen.values().all(|times| *times == 1), "{order:?}: seen twice: {seen:?}");
        let missed: Vec<&String> = staying.iter().filter(|id| !seen.contains_key(*id)).collect();
        assert!(missed.is_empty(), "{order:?}: not seen: {missed:?}");
        let all: Vec<_> = ids_of_all(store).await;
        assert!(store.remove_all(SAMPLE, &all).await.is_ok(), "removed");
    }
}

/// The ids of all samples.
async fn ids_of_all(store: &dyn Store) -> Vec<tributary_domain::Id> {
    let all = store.list(&Query::of(SAMPLE).page(0, 1_000), Deadline::NONE).await.expect("listed");
    ids(&all).iter().map(|name| id(name)).collect()
}

async fn connectors_are_seen_once_although_their_index_names_change(store: &dyn Store) {
    let connectors = Collection::CONNECTORS;
    for number in 0..9 {
        let text = format!(r#"{{"index_name":"i-{number}"}}"#);
        store.create(connectors, &id(&format!("c-{number}")), document(&text)).await.expect("created");
    }
    let query = Query::of(connectors);
    let first = page(store, &query, None).await;
    assert_eq!(ids(&first), ["c-0", "c-1", "c-2", "c-3"]);
    let texts = [("c-0", r#"{"index_name":"z"}"#), ("c-8", r#"{"index_name":"a"}"#), ("c-5", "{}")];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    replace(store, connectors, texts.into()).await;
    let second = page(store, &query, Some(&first)).await;
    assert_eq!(ids(&second), ["c-4", "c-5", "c-6", "c-7"]);
    let last = page(store, &query, Some(&second)).await;
    assert_eq!((ids(&last), last.next), (vec!["c-8".to_owned()], None));
}

async fn only_pages_that_go_on_keep_a_moment(store: &dyn Store) {
    for number in 0..5 {
        store.create(SAMPLE, &id(&number.to_string()), document("{}")).await.expect("created");
    }
    let query = Query::of(SAMPLE).ordered(Order::by(Some(SIZE)));
    let first = page(store, &query, None).await;
    assert!(first.point_in_time.is_some());
    let last = page(store, &query, Some(&first)).await;
    assert_eq!((ids(&last), last.point_in_time), (vec!["4".to_owned()], None));
    // The same page can be read again.
    assert_eq!(ids(&page(store, &query, Some(&first)).await), ["4"]);
    for query in [query.clone().after(None, 2), query.page(0, 2)] {
        let page = store.list(&query, Deadline::NONE).await.expect("listed");
        assert_eq!(page.point_in_time, None, "{query:?}");
    }
}

async fn a_moment_of_another_store_is_gone(store: &dyn Store) {
    store.create(SAMPLE, &id("a"), document("{}")).await.expect("created");
    let query = Query::of(SAMPLE).ordered(Order::by(Some(SIZE))).after(None, 2);
    for foreign in ["", "x", "1-1", "pit:", "pit:x", "pit:eHg=", "00000000000000000000000000000000-1"] {
        let query = Query { moment: Moment::Of(PointInTime::new(foreign)), ..query.clone() };
        let found = store.list(&query, Deadline::NONE).await;
        assert!(matches!(found, Err(StoreError::PointInTimeGone)), "[{foreign}]: {found:?}");
    }
}
