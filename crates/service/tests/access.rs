//! What the owners of keys see of stores of every backend, and how soon an invalidated key is one everywhere.
#![allow(missing_docs, reason = "a test")]

mod place;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use tributary_domain::{
    Collection, Document, Grants, Id, MASK, Privilege, Query, RoleDescriptor, RoleDescriptors,
    connector_fields, sync_job_fields,
};
use tributary_service::access::{
    Credentials, KeyFilter, KeyRing, LimitedStore, NewKey, Sight, Unauthenticated, create, invalidate,
};
use tributary_service::{Clock as _, Context, Principal, SortableIds, SystemClock};
use tributary_storage::{
    Action, Deadline, MemoryStore, Operation, Store, StoreError, StoreExt as _, conformance,
};

use place::place;

const BACKENDS: [&str; 7] =
    ["memory", "embedded", "sqlite", "opensearch", "opensearch-2", "elasticsearch", "elasticsearch-8"];
const SERVICE_TYPES: [&str; 3] = ["s3", "postgresql", "wiki"];

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

/// Connectors of several types with ids of several patterns, a few of them odd, and jobs of each.
async fn fill(store: &dyn Store) {
    let mut connectors = vec![(id("odd"), document(r#"{"service_type":["s3","wiki"]}"#))];
    let mut jobs = vec![
        (id("none"), document(r#"{"status":"pending"}"#)),
        (id("two"), document(r#"{"connector":{"id":["wiki-1","x"]},"status":"pending"}"#)),
    ];
    for number in 0..12 {
        let prefix = ["wiki-", "db-", "wiki", "a*b-"][number % 4];
        let name = format!("{prefix}{number}");
        let more = format!(
            r#""service_type":"{}","index_name":"i-{number}","configuration":{{"password":{{"sensitive":true,"value":"p-{number}"}}}}"#,
            SERVICE_TYPES[number % 3]
        );
        connectors.push((id(&name), document(&format!("{{{more}}}"))));
        for job in 0..3 {
            let status = ["pending", "in_progress", "completed"][job];
            let text = format!(
                r#"{{"status":"{status}","created_at":"2026-01-01T00:00:{number:02}Z","connector":{{"id":"{name}",{more}}}}}"#
            );
            jobs.push((id(&format!("{name}-{job}")), document(&text)));
        }
    }
    for (collection, documents) in [(Collection::CONNECTORS, connectors), (Collection::SYNC_JOBS, jobs)] {
        for created in store.create_many(collection, documents).await {
            created.unwrap();
        }
    }
}

/// What a key with a privilege for these resources sees.
fn sight(privilege: Privilege, levels: &[&[&str]]) -> Sight {
    let level = |resources: &&[&str]| {
        let resources: Vec<String> = resources.iter().map(|resource| (*resource).to_owned()).collect();
        RoleDescriptors::from_iter([("r".to_owned(), RoleDescriptor::of(&[privilege], &resources))])
    };
    Sight::of(&Grants::new(levels.iter().map(level).collect()), privilege).unwrap()
}

async fn ids(store: &dyn Store, query: &Query) -> BTreeSet<String> {
    let page = store.list(query, Deadline::NONE).await.unwrap();
    assert_eq!(page.count, page.documents.len() as u64, "{query:?}");
    page.documents
        .iter()
        .map(|text| Document::id_of_text(std::str::from_utf8(text).unwrap()).unwrap())
        .collect()
}

/// Every way of reading shows the documents that the sight has, and no others.
async fn check_reading(store: &Arc<dyn Store>, sight: &Sight, backend: &str) {
    let limited = LimitedStore::new(Arc::clone(store), sight.clone());
    let (job_words, connector_words) =
        ((sync_job_fields::STATUS, "pending"), (connector_fields::SERVICE_TYPE, "s3"));
    for (collection, (field, word)) in
        [(Collection::SYNC_JOBS, job_words), (Collection::CONNECTORS, connector_words)]
    {
        let all: Vec<_> = store.scan(collection, Deadline::NONE).try_concat().await.unwrap();
        let seen = |wanted: &dyn Fn(&Document) -> bool| -> BTreeSet<String> {
            let documents =
                all.iter().map(|stored| (stored, document(std::str::from_utf8(&stored.document).unwrap())));
            documents
                .filter(|(stored, document)| {
                    sight.sees(collection, stored.id.as_str(), document) && wanted(document)
                })
                .map(|(stored, _)| stored.id.to_string())
                .collect()
        };
        let everything = Query::of(collection).page(0, 100);
        let some = everything.clone().any_of(field, [word]);
        assert_eq!(ids(&limited, &everything).await, seen(&|_| true), "{backend} {collection:?} {sight:?}");
        let matches = |document: &Document| some.conditions[0].matches(collection, "", document);
        assert_eq!(ids(&limited, &some).await, seen(&matches), "{backend} {collection:?} {sight:?}");
        let counts = limited.count(&some, &[], Deadline::NONE).await.unwrap();
        assert_eq!(counts.total, seen(&matches).len() as u64, "{backend} {sight:?}");
        let scanned: Vec<_> = limited.scan(collection, Deadline::NONE).try_concat().await.unwrap();
        let scanned: BTreeSet<String> = scanned.iter().map(|stored| stored.id.to_string()).collect();
        assert_eq!(scanned, seen(&|_| true), "{backend} {sight:?}");
        let names: Vec<Id> = all.iter().map(|stored| stored.id.clone()).collect();
        let read = limited.read(collection, &names, Deadline::NONE).await.unwrap();
        let read = names.iter().zip(read).filter(|(_, found)| found.is_some());
        let read: BTreeSet<String> = read.map(|(name, _)| name.to_string()).collect();
        assert_eq!(read, seen(&|_| true), "{backend} {sight:?}");
    }
    let jobs = Query::of(Collection::SYNC_JOBS);
    let numbers = limited.numbers(&jobs, &[sync_job_fields::CREATED_AT], Deadline::NONE);
    let rows: usize = numbers
        .map_ok(|numbers| numbers.rows().count())
        .try_fold(0, |all, one| async move { Ok(all + one) })
        .await
        .unwrap();
    assert_eq!(rows, ids(&limited, &jobs.page(0, 100)).await.len(), "{backend} {sight:?}");
}

#[tokio::test]
async fn the_owner_of_a_limited_key_sees_its_connectors_alone_on_every_backend() {
    for backend in BACKENDS {
        let Some(shared) = place(backend).await else { continue };
        let [store, _] = shared.stores.clone();
        fill(&*store).await;
        for levels in [
            &[&["connector:wiki-*"][..]][..],
            &[&["connector:wiki-0", "service_type:postgresql"]],
            &[&["connector:a?b-*"]],
            &[&["service_type:*i*", "connector:odd"]],
            &[&["connector:wiki*"], &["service_type:s3", "connector:*4"]],
            &[&["connector:nobody"]],
            &[&["connector:wiki[-]*", "connector:\\*"]],
            &[],
        ] {
            check_reading(&store, &sight(Privilege::WorkConnector, levels), backend).await;
        }
        changes_are_limited(&store, backend).await;
        deletions_are_limited(&store, backend).await;
        values_are_masked(&store, backend).await;
    }
}

async fn changes_are_limited(store: &Arc<dyn Store>, backend: &str) {
    let limited =
        LimitedStore::new(Arc::clone(store), sight(Privilege::ManageConnector, &[&["connector:db-*"]]));
    let foreign = store.get(Collection::SYNC_JOBS, &id("wiki-0-0")).await.unwrap();
    let own = store.get(Collection::SYNC_JOBS, &id("db-1-0")).await.unwrap();
    let job = |connector: &str| document(&format!(r#"{{"connector":{{"id":"{connector}"}}}}"#));
    let operations = [
        ("wiki-0-0", Action::Delete(foreign.version), false),
        ("wiki-0-0", Action::Replace(foreign.version, job("db-1")), false),
        ("wiki-0-0", Action::Create(job("db-1")), false),
        ("new-1", Action::Create(job("wiki-0")), false),
        ("new-2", Action::Create(job("db-1")), true),
        ("db-1-0", Action::Replace(own.version, job("db-5")), true),
        ("db-1-1", Action::Create(job("db-5")), true),
    ];
    let changes =
        operations.iter().map(|(name, action, _)| Operation { id: id(name), action: action.clone() });
    let written = limited.write(Collection::SYNC_JOBS, changes.collect(), Deadline::NONE).await;
    for ((name, action, is_allowed), written) in operations.iter().zip(written) {
        let is_refused = matches!(written, Err(StoreError::OutOfScope { .. }));
        assert_eq!(is_refused, !is_allowed, "{backend} {name} {action:?}: {written:?}");
    }
    let moved = job("wiki-0");
    let refused = limited.create(Collection::SYNC_JOBS, &id("new-3"), moved).await;
    assert!(matches!(refused, Err(StoreError::OutOfScope { .. })) && limited.has_hidden(), "{refused:?}");
    assert!(store.get(Collection::SYNC_JOBS, &id("new-3")).await.is_err());
}

async fn deletions_are_limited(store: &Arc<dyn Store>, backend: &str) {
    let limited =
        LimitedStore::new(Arc::clone(store), sight(Privilege::MonitorConnector, &[&["connector:wiki-*"]]));
    let mut position = limited.changes(None, Deadline::NONE).await.unwrap().position;
    let (own, foreign) = (id("wiki-0-2"), id("db-1-2"));
    store.remove_all(Collection::SYNC_JOBS, std::slice::from_ref(&foreign)).await.unwrap();
    store.remove_all(Collection::SYNC_JOBS, std::slice::from_ref(&own)).await.unwrap();
    let mut told = BTreeSet::new();
    while !told.contains(&(Collection::SYNC_JOBS, own.clone())) {
        let deadline = Deadline::NONE.within(Duration::from_mins(1));
        let changes = limited.changes(Some(position), deadline).await.unwrap();
        assert!(!changes.changed.is_empty() && changes.is_complete, "{backend} {changes:?}");
        told.extend(changes.deleted.into_keys().chain(changes.changed));
        position = changes.position;
    }
    assert!(!told.contains(&(Collection::SYNC_JOBS, foreign)), "{backend} {told:?}");
}

async fn values_are_masked(store: &Arc<dyn Store>, backend: &str) {
    let limited = LimitedStore::new(Arc::clone(store), sight(Privilege::MonitorConnector, &[]));
    assert!(limited.sight().is_everything(), "somebody who may do everything");
    let limited = LimitedStore::new(Arc::clone(store), sight(Privilege::MonitorConnector, &[&["*"]]));
    for collection in [Collection::CONNECTORS, Collection::SYNC_JOBS] {
        let page = limited.list(&Query::of(collection).page(0, 100), Deadline::NONE).await.unwrap();
        let shown: Vec<u8> = page.documents.iter().flatten().copied().collect();
        let scanned: Vec<_> = limited.scan(collection, Deadline::NONE).try_concat().await.unwrap();
        let scanned: Vec<u8> = scanned.iter().flat_map(|stored| stored.document.to_vec()).collect();
        for text in [shown, scanned] {
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains(MASK) && !text.contains("\"p-"), "{backend} {text}");
        }
    }
}

#[tokio::test]
async fn a_store_of_which_everything_is_seen_is_a_store_like_all_others() {
    let over_memory = |collections: &'static [Collection]| async move {
        let memory = Arc::new(MemoryStore::over(collections));
        Arc::new(LimitedStore::new(memory, Sight::EVERYTHING)) as Arc<dyn Store>
    };
    conformance::check_promises(over_memory).await;
}

/// Another process notices within ten seconds.
#[tokio::test]
async fn an_invalidated_key_works_nowhere_soon() {
    join_all(BACKENDS.map(|backend| async move {
        let Some(shared) = place(backend).await else { return };
        let [store, other] = shared.stores.clone();
        let context = Context::new(Principal::anonymous(), Arc::new(SystemClock), Arc::new(SortableIds));
        let new = NewKey { name: Some("k".to_owned()), ..NewKey::default() };
        let created = create(&*store, &context, new).await.unwrap();
        let credentials = Credentials::parse(&created.encoded()).unwrap();
        let ring = KeyRing::new(other, None);
        ring.authenticate(&credentials, SystemClock.now()).await.unwrap();
        let filter = KeyFilter { ids: vec![created.id.to_string()], ..KeyFilter::default() };
        assert_eq!(invalidate(&*store, &context, &filter).await.unwrap().invalidated.len(), 1, "{backend}");
        let start = Instant::now();
        while !matches!(
            ring.authenticate(&credentials, SystemClock.now()).await,
            Err(Unauthenticated::Invalidated(_))
        ) {
            assert!(start.elapsed() < Duration::from_mins(1), "{backend}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }))
    .await;
}
