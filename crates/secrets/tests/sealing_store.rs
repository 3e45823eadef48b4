//! A store that encrypts sensitive values is a store like all others, and the one below it sees none of them.
#![allow(missing_docs, reason = "a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::TryStreamExt as _;
use tributary_domain::{Collection, Document, Id, MASK, Query};
use tributary_secrets::{
    Held, SealingStore, SecretKeys, UnusableKeys, ValueEncryption, check, rotate_values,
};
use tributary_storage::transfer::{TargetMode, Verdict, copy, export, import};
use tributary_storage::{
    BackendSettings, Deadline, MemoryStore, Registry, Store, StoreError, StoreExt as _, conformance,
};

const CONNECTORS: Collection = Collection::CONNECTORS;
const JOBS: Collection = Collection::SYNC_JOBS;
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_KEY: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

const CONNECTOR: &str = r#"{"id":"c","name":"sensitive","configuration":{"password":{"sensitive":true,"value":"hunter2"},"token":{"value":[ 4711.0 ],"sensitive":"true"},"empty":{"sensitive":true,"value":""},"none":{"sensitive":true,"value":null},"user":{"value":"u"}},"z":1.10}"#;

fn keys(lines: &[&str]) -> SecretKeys {
    SecretKeys::parse(&lines.join("\n")).unwrap()
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn job_of(connector: &str) -> String {
    format!(r#"{{"id":"j","connector":{connector},"status":"pending"}}"#)
}

fn over(bare: &Arc<dyn Store>, lines: &[&str], encrypts: bool) -> SealingStore {
    SealingStore::new(Arc::clone(bare), keys(lines), encrypts)
}

fn bare() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

async fn text(store: &dyn Store, collection: Collection, name: &str) -> String {
    String::from_utf8(store.get(collection, &id(name)).await.unwrap().document.to_vec()).unwrap()
}

/// All documents of a store, as text.
async fn everything(store: &dyn Store) -> String {
    let mut all = String::new();
    for collection in [CONNECTORS, JOBS] {
        for stored in store.scan(collection, Deadline::NONE).try_concat().await.unwrap() {
            all.push_str(std::str::from_utf8(&stored.document).unwrap());
        }
    }
    all
}

/// The bare store, with a connector and a job of it, written by a service that encrypts.
async fn sealed() -> Arc<dyn Store> {
    let bare = bare();
    let store = over(&bare, &[KEY], true);
    store.create(CONNECTORS, &id("c"), document(CONNECTOR)).await.unwrap();
    store.create(JOBS, &id("j"), document(&job_of(CONNECTOR))).await.unwrap();
    bare
}

async fn over_memory(collections: &'static [Collection]) -> Arc<dyn Store> {
    Arc::new(over(&(Arc::new(MemoryStore::over(collections)) as Arc<dyn Store>), &[KEY], true))
}

async fn over_embedded(collections: &'static [Collection]) -> Arc<dyn Store> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static ROOT: std::sync::LazyLock<tempfile::TempDir> =
        std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
    let folder = ROOT.path().join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
    let settings = BackendSettings::default().over(collections);
    let url = format!("embedded:{}", folder.display());
    let store = Registry::with_built_in().open_with(&url, &settings).await.unwrap();
    Arc::new(over(&store, &[KEY], true))
}

#[tokio::test]
async fn keeps_every_promise_over_memory() {
    conformance::check_promises(over_memory).await;
}

#[tokio::test]
async fn keeps_promises_about_documents_over_a_folder() {
    let names =
        ["comes_back_to_the_letter", "documents_are_read_together", "an_index_has_one_live_connector"];
    for name in names {
        let promise = conformance::promises().find(|promise| promise.name == name).unwrap();
        (promise.check)(over_embedded(conformance::COLLECTIONS).await).await;
    }
}

#[test]
fn agrees_with_the_model() {
    conformance::check_generated_cases(64, over_memory);
}

#[tokio::test]
async fn values_are_seen_above_and_nowhere_below() {
    let bare = sealed().await;
    let store = over(&bare, &[KEY], true);
    let below = everything(&*bare).await;
    assert!(!below.contains("hunter2") && !below.contains("4711"), "{below}");
    assert_eq!(below.matches("tributary-sealed:v1:").count(), 4, "{below}");
    for shown in [
        r#""name":"sensitive""#,
        r#""value":"u""#,
        r#""sensitive":true,"value":"""#,
        r#""value":null"#,
        "1.10",
    ] {
        assert!(below.contains(shown), "{shown}: {below}");
    }
    for (collection, name, expected) in
        [(CONNECTORS, "c", CONNECTOR.to_owned()), (JOBS, "j", job_of(CONNECTOR))]
    {
        assert_eq!(text(&store, collection, name).await, expected);
        let page = store.list(&Query::of(collection), Deadline::NONE).await.unwrap();
        assert_eq!((page.count, &page.documents[0]), (1, expected.as_bytes()));
        let scanned = store.scan(collection, Deadline::NONE).try_concat().await.unwrap();
        assert_eq!(scanned[0].document, expected);
    }
    // A service that does not encrypt any more reads them, and stores plain values where it writes.
    let gentle = over(&bare, &[OTHER_KEY, KEY], false);
    assert_eq!(text(&gentle, CONNECTORS, "c").await, CONNECTOR);
    let rename = |mut connector: Document| {
        connector.set_raw("name", serde_json::value::to_raw_value("other").unwrap());
        Ok(connector)
    };
    gentle.change(CONNECTORS, &id("c"), rename).await.unwrap();
    assert_eq!(
        text(&*bare, CONNECTORS, "c").await,
        CONNECTOR.replace(r#""sensitive","conf"#, r#""other","conf"#)
    );
}

#[tokio::test]
async fn jobs_share_the_text_of_their_connector() {
    let bare = sealed().await;
    let [connector, job] = [text(&*bare, CONNECTORS, "c").await, text(&*bare, JOBS, "j").await];
    assert!(job.contains(&connector), "{job} {connector}");
    let store = over(&bare, &[KEY], true);
    let before = bare.get(CONNECTORS, &id("c")).await.unwrap();
    store.replace(CONNECTORS, &id("c"), before.version, document(CONNECTOR)).await.unwrap();
    assert_eq!(bare.get(CONNECTORS, &id("c")).await.unwrap().document, before.document);
}

#[tokio::test]
async fn what_cannot_be_decrypted_is_masked_and_kept() {
    let bare = sealed().await;
    let below = text(&*bare, CONNECTORS, "c").await;
    let other = over(&bare, &[OTHER_KEY], true);
    let seen = text(&other, CONNECTORS, "c").await;
    assert_eq!(seen.matches(MASK).count(), 2, "{seen}");
    assert!(seen.contains(r#""user":{"value":"u"}"#), "{seen}");

    // A change of something else, and a new job, keep the ciphertext.
    let rename = |mut connector: Document| {
        connector.set_raw("name", serde_json::value::to_raw_value("other").unwrap());
        Ok(connector)
    };
    other.change(CONNECTORS, &id("c"), rename).await.unwrap();
    let renamed = text(&*bare, CONNECTORS, "c").await;
    assert_eq!(renamed, below.replace(r#""sensitive","conf"#, r#""other","conf"#));
    let copy = text(&other, CONNECTORS, "c").await;
    other
        .create(JOBS, &id("new"), document(&job_of(&copy).replace(r#""id":"j""#, r#""id":"new""#)))
        .await
        .unwrap();
    assert!(text(&*bare, JOBS, "new").await.contains(&renamed));
    let opened = text(&over(&bare, &[KEY], true), JOBS, "new").await;
    assert!(opened.contains("hunter2") && !opened.contains(MASK), "{opened}");

    // A change of another version is refused, and changes nothing.
    let outdated = bare.get(CONNECTORS, &id("c")).await.unwrap().version;
    other
        .change(CONNECTORS, &id("c"), |mut connector: Document| {
            connector.remove("z");
            Ok(connector)
        })
        .await
        .unwrap();
    let refused = other.replace(CONNECTORS, &id("c"), outdated, document(&seen)).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert!(!everything(&*bare).await.contains(MASK));
}

#[tokio::test]
async fn nobody_is_shown_a_value_that_was_moved() {
    let bare = sealed().await;
    let below = document(&text(&*bare, CONNECTORS, "c").await);
    let values = below.configuration_values(CONNECTORS);
    let stolen = values.iter().find(|value| value.path == ["password"]).unwrap().text.to_owned();
    for encrypts in [true, false] {
        let store = over(&bare, &[KEY], encrypts);
        let name = format!("thief-{encrypts}");
        // Written by a client, into the same field and others: it comes back as it was written.
        let written = format!(
            r#"{{"id":"{name}","description":{stolen},"configuration":{{"password":{{"value":{stolen}}},"other":{{"sensitive":true,"value":{stolen}}}}}}}"#
        );
        store.create(CONNECTORS, &id(&name), document(&written)).await.unwrap();
        assert_eq!(text(&store, CONNECTORS, &name).await, written);
        let at = |text: &str| text.matches(&stolen).count();
        assert_eq!(
            at(&text(&*bare, CONNECTORS, &name).await),
            1,
            "the description alone is as it was written"
        );
    }
    // Written below, into another field: it is not shown.
    let moved = format!(r#"{{"configuration":{{"user":{{"value":{stolen}}}}}}}"#);
    bare.create(CONNECTORS, &id("moved"), document(&moved)).await.unwrap();
    let seen = text(&over(&bare, &[KEY], true), CONNECTORS, "moved").await;
    assert!(seen.contains(MASK) && !seen.contains("hunter2"), "{seen}");
}

#[tokio::test]
async fn copies_and_exports_stay_encrypted() {
    let source = sealed().await;
    let mut exported = Vec::new();
    export(&*source, &mut exported, &|_| {}).await.unwrap();
    assert!(!String::from_utf8_lossy(&exported).contains("hunter2"));
    let [copied, imported] = [bare(), bare()];
    let report = copy(&*source, &*copied, TargetMode::Empty, &|_| {}).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Same);
    let input = std::io::Cursor::new(exported);
    let report = import(input, None, &*imported, TargetMode::Empty, &|_| {}).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Same);
    for target in [copied, imported] {
        assert_eq!(everything(&*target).await, everything(&*source).await);
        assert_eq!(text(&over(&target, &[KEY], true), CONNECTORS, "c").await, CONNECTOR);
    }
}

#[tokio::test]
async fn values_are_rotated_encrypted_and_decrypted_in_place() {
    let bare = bare();
    bare.create(CONNECTORS, &id("c"), document(CONNECTOR)).await.unwrap();
    bare.create(JOBS, &id("j"), document(&job_of(CONNECTOR))).await.unwrap();
    bare.create(JOBS, &id("plain"), document(r#"{"connector":{"configuration":{"a":{"value":1}}}}"#))
        .await
        .unwrap();
    let rotate = async |lines: &[&str], encryption| {
        let rotation = rotate_values(&*bare, &keys(lines), encryption).await.unwrap();
        (rotation.changed, rotation.current, rotation.failed)
    };
    let before = everything(&*bare).await;
    assert_eq!(rotate(&[KEY], ValueEncryption::Keep).await, (0, 0, 0));
    assert_eq!(rotate(&[KEY], ValueEncryption::Encrypt).await, (2, 0, 0));
    assert!(!everything(&*bare).await.contains("hunter2"));
    assert_eq!(rotate(&[KEY], ValueEncryption::Encrypt).await, (0, 2, 0));
    assert_eq!(text(&over(&bare, &[KEY], true), JOBS, "j").await, job_of(CONNECTOR));

    assert_eq!(rotate(&[OTHER_KEY], ValueEncryption::Keep).await, (0, 0, 2));
    assert_eq!(rotate(&[OTHER_KEY, KEY], ValueEncryption::Keep).await, (2, 0, 0));
    assert_eq!(rotate(&[OTHER_KEY, KEY], ValueEncryption::Keep).await, (0, 2, 0));
    assert_eq!(text(&over(&bare, &[OTHER_KEY], true), CONNECTORS, "c").await, CONNECTOR);
    let shared = text(&*bare, JOBS, "j").await.contains(&text(&*bare, CONNECTORS, "c").await);
    assert!(shared, "a job still shares the text of its connector");

    // What a client wrote in the form of an encrypted value stays encrypted: in plain it would be taken for one.
    let store = over(&bare, &[KEY], true);
    let odd = r#"{"id":"odd","configuration":{"a":{"value":"tributary-sealed:v1:x"}}}"#;
    store.create(CONNECTORS, &id("odd"), document(odd)).await.unwrap();
    assert_eq!(rotate(&[KEY], ValueEncryption::Decrypt).await, (0, 1, 2));
    assert_eq!(rotate(&[OTHER_KEY, KEY], ValueEncryption::Decrypt).await, (3, 0, 0));
    assert_eq!(rotate(&[OTHER_KEY, KEY], ValueEncryption::Decrypt).await, (0, 1, 0));
    assert_eq!(text(&over(&bare, &[OTHER_KEY], false), CONNECTORS, "odd").await, odd);
    bare.remove(CONNECTORS, &id("odd")).await.unwrap();
    assert_eq!(everything(&*bare).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_beside_a_running_service_loses_no_change() {
    let bare = sealed().await;
    let service = Arc::new(over(&bare, &[OTHER_KEY, KEY], true));
    let changes = {
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            for number in 0..200 {
                let count = |mut connector: Document| {
                    connector.set_raw("z", serde_json::value::to_raw_value(&number).unwrap());
                    Ok(connector)
                };
                service.change(CONNECTORS, &id("c"), count).await.unwrap();
            }
        })
    };
    while !changes.is_finished() {
        for lines in [[OTHER_KEY, KEY], [KEY, OTHER_KEY]] {
            rotate_values(&*bare, &keys(&lines), ValueEncryption::Keep).await.unwrap();
        }
        tokio::task::yield_now().await;
    }
    changes.await.unwrap();
    rotate_values(&*bare, &keys(&[KEY, OTHER_KEY]), ValueEncryption::Encrypt).await.unwrap();
    assert_eq!(text(&over(&bare, &[KEY], true), CONNECTORS, "c").await, CONNECTOR.replace("1.10", "199"));
}

#[tokio::test]
async fn keys_have_to_fit_encrypted_values() {
    let bare = sealed().await;
    let held = |documents| Held { secrets: 0, documents };
    let missing = check(&*bare, None).await.unwrap_err();
    assert!(
        matches!(missing, UnusableKeys::Missing { held, .. } if held == Held { secrets: 0, documents: 2 })
    );
    assert!(missing.to_string().contains(&keys(&[KEY]).fingerprints()), "{missing}");
    let wrong = check(&*bare, Some(&keys(&[OTHER_KEY]))).await.unwrap_err();
    assert!(matches!(&wrong, UnusableKeys::Wrong { held: found, .. } if *found == held(2)), "{wrong}");
    assert!(check(&*bare, Some(&keys(&[OTHER_KEY, KEY]))).await.unwrap().is_empty());
    // A job whose connector is gone, beside one that can be read.
    over(&bare, &[OTHER_KEY], true).create(CONNECTORS, &id("d"), document(CONNECTOR)).await.unwrap();
    let failed = check(&*bare, Some(&keys(&[OTHER_KEY]))).await.unwrap();
    let told: Vec<String> = failed.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(
        told[0].contains("[configuration.password.value] of connector [c]") && !told[0].contains("hunter2")
    );
    bare.remove(CONNECTORS, &id("c")).await.unwrap();
    bare.remove(CONNECTORS, &id("d")).await.unwrap();
    assert!(matches!(check(&*bare, None).await, Err(UnusableKeys::Missing { .. })), "jobs count as well");
}
