//! Indices that are removed while a store is open.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use tributary_domain::{Document, Id, Query};
use tributary_engines::{Endpoint, Indices};
use tributary_storage::{Collection, Deadline, Page, Store, StoreError, StoreExt as _, Version};

use crate::{open, server};

const JOBS: &str = ".elastic-connectors-sync-jobs";
const CONNECTORS: &str = ".elastic-connectors";
const SECRETS: &str = ".tributary-secrets";
const RESERVATIONS: &str = ".tributary-index-names";
const GONE: Version = Version { sequence: 0, term: 1 };

/// A call that is the first one after an index was removed, with a check of its answer.
type Call = for<'a> fn(&'a dyn Store, Collection) -> BoxFuture<'a, ()>;

/// The calls that every collection supports.
const CALLS: &[(&str, Call)] = &[
    ("get", |store, collection| {
        Box::pin(async move {
            let found = store.get(collection, &id("there")).await;
            assert!(matches!(found, Err(StoreError::NotFound)), "{found:?}");
        })
    }),
    ("get many", |store, collection| {
        Box::pin(async move {
            let found = store.read(collection, &[id("there"), id("b")], Deadline::NONE).await.unwrap();
            assert!(found.len() == 2 && found.iter().all(Option::is_none), "{found:?}");
        })
    }),
    ("scan", |store, collection| {
        Box::pin(async move {
            let portions: Vec<_> = store.scan(collection, Deadline::NONE).collect().await;
            assert!(portions.into_iter().flat_map(Result::unwrap).next().is_none());
        })
    }),
    ("create", |store, collection| {
        Box::pin(async move {
            store.create(collection, &id("new"), document("new")).await.unwrap();
            store.get(collection, &id("new")).await.unwrap();
        })
    }),
    ("create many", |store, collection| {
        Box::pin(async move {
            let new = ["new-a", "new-b"].map(|name| (id(name), document(name)));
            for result in store.create_many(collection, new.into()).await {
                result.unwrap();
            }
            let found = store.read(collection, &[id("new-a"), id("new-b")], Deadline::NONE).await.unwrap();
            assert!(found.iter().all(Option::is_some), "{found:?}");
        })
    }),
    ("replace", |store, collection| {
        Box::pin(async move {
            let replaced = store.replace(collection, &id("there"), GONE, document("other")).await;
            assert!(matches!(replaced, Err(StoreError::NotFound)), "{replaced:?}");
        })
    }),
    ("delete", |store, collection| {
        Box::pin(async move {
            let deleted = store.delete(collection, &id("there"), GONE).await;
            assert!(matches!(deleted, Err(StoreError::NotFound)), "{deleted:?}");
        })
    }),
    ("list", |store, collection| {
        Box::pin(async move {
            let page = store.list(&Query::of(collection), Deadline::NONE).await.unwrap();
            assert_eq!((page.count, page.documents.len()), (0, 0));
        })
    }),
    ("count", |store, collection| {
        Box::pin(async move {
            assert_eq!(store.count(&Query::of(collection), &[], Deadline::NONE).await.unwrap().total, 0);
        })
    }),
    ("changes", |store, collection| {
        Box::pin(async move {
            let position = store.changes(None, Deadline::NONE).await.unwrap().position;
            store.create(collection, &id("new"), document("new")).await.unwrap();
            let changes = store.changes(Some(position), Deadline::NONE).await.unwrap();
            assert_eq!((changes.changed, changes.is_complete), (vec![(collection, id("new"))], true));
        })
    }),
];

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

/// A document for any collection; a connector with an index name.
fn document(name: &str) -> Document {
    Document::parse(&json!({ "index_name": format!("search-{name}") }).to_string()).unwrap()
}

async fn list(store: &dyn Store, collection: Collection) -> Page {
    store.list(&Query::of(collection), Deadline::NONE).await.unwrap()
}

fn remove(server: &Endpoint, prefix: &str, alias: &str) {
    server.send("DELETE", &format!("/{prefix}{alias}-v1"), "").unwrap();
}

/// Checks that an index was created by the store, and not implicitly by the engine.
fn is_whole(server: &Endpoint, prefix: &str, alias: &str) {
    let index = format!("{prefix}{alias}-v1");
    let described: Value = server.send("GET", &format!("/{index}"), "").unwrap();
    let described = &described[&index];
    assert!(described["mappings"]["_meta"]["tributary_schema"].is_string(), "{described}");
    assert_eq!(described["mappings"]["dynamic"], "false", "{described}");
    assert_eq!(described["settings"]["index"]["hidden"], "true", "{described}");
    assert!(described["aliases"].get(format!("{prefix}{alias}")).is_some(), "{described}");
}

pub(crate) async fn first_call_is_served(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let store = open(server, &prefix).await.unwrap();
    for (collection, alias) in
        [(Collection::SYNC_JOBS, JOBS), (Collection::CONNECTORS, CONNECTORS), (Collection::SECRETS, SECRETS)]
    {
        for (name, call) in CALLS {
            eprintln!("{name} in {alias}");
            store.create(collection, &id("there"), document("there")).await.unwrap();
            remove(server, &prefix, alias);
            call(&*store, collection).await;
            is_whole(server, &prefix, alias);
        }
    }

    // Reservations exist only while connectors use their names.
    let collection = Collection::CONNECTORS;
    remove(server, &prefix, RESERVATIONS);
    let version = store.create(collection, &id("holder"), document("first")).await.unwrap();
    is_whole(server, &prefix, RESERVATIONS);
    remove(server, &prefix, RESERVATIONS);
    let version = store.replace(collection, &id("holder"), version, document("second")).await.unwrap();
    is_whole(server, &prefix, RESERVATIONS);
    let rival = store.create(collection, &id("rival"), document("second")).await;
    assert!(matches!(rival, Err(StoreError::IndexNameTaken { .. })), "{rival:?}");
    remove(server, &prefix, RESERVATIONS);
    let rival = store.create(collection, &id("rival"), document("second")).await;
    assert!(matches!(rival, Err(StoreError::IndexNameTaken { .. })), "{rival:?}");
    store.delete(collection, &id("holder"), version).await.unwrap();
    store.create(collection, &id("rival"), document("second")).await.unwrap();
    is_whole(server, &prefix, RESERVATIONS);

    // All concurrently.
    for alias in [JOBS, CONNECTORS, SECRETS, RESERVATIONS] {
        remove(server, &prefix, alias);
    }
    store.create(collection, &id("after"), document("after")).await.unwrap();
    for alias in [JOBS, CONNECTORS, SECRETS, RESERVATIONS] {
        is_whole(server, &prefix, alias);
    }
}

pub(crate) async fn many_calls_are_served(backend: &str) {
    const ROUNDS: usize = 4;
    const CALLERS: usize = 16;
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let stores = [open(server, &prefix).await.unwrap(), open(server, &prefix).await.unwrap()];
    for round in 0..ROUNDS {
        for alias in [JOBS, CONNECTORS, RESERVATIONS] {
            remove(server, &prefix, alias);
        }
        let callers = (0..CALLERS).map(|caller| {
            let store = Arc::clone(&stores[caller % 2]);
            tokio::spawn(async move {
                let name = format!("{round}-{caller}");
                match caller % 4 {
                    0 => drop(list(&*store, Collection::SYNC_JOBS).await),
                    1 => drop(list(&*store, Collection::CONNECTORS).await),
                    2 => {
                        let connectors = Collection::CONNECTORS;
                        store.create(connectors, &id(&name), document(&name)).await.unwrap();
                        store.get(connectors, &id(&name)).await.unwrap();
                    }
                    _ => {
                        store.create(Collection::SYNC_JOBS, &id(&name), document(&name)).await.unwrap();
                        store.get(Collection::SYNC_JOBS, &id(&name)).await.unwrap();
                    }
                }
            })
        });
        for caller in join_all(callers).await {
            caller.unwrap();
        }
        for store in &stores {
            let page = list(&**store, Collection::SYNC_JOBS).await;
            assert_eq!(page.count, CALLERS as u64 / 4, "round {round}");
        }
        for alias in [JOBS, CONNECTORS, RESERVATIONS] {
            is_whole(server, &prefix, alias);
        }
    }
}

pub(crate) async fn alias_is_added_again(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = indices.fresh_prefix();
    let store = open(server, &prefix).await.unwrap();
    let connectors = Collection::CONNECTORS;
    let version = store.create(connectors, &id("c"), document("c")).await.unwrap();
    for alias in [CONNECTORS, RESERVATIONS] {
        let path = format!("/{prefix}{alias}-v1/_alias/{prefix}{alias}");
        server.send("DELETE", &path, "").unwrap();
    }
    store.replace(connectors, &id("c"), version, document("d")).await.unwrap();
    for alias in [CONNECTORS, RESERVATIONS] {
        is_whole(server, &prefix, alias);
    }
}
