//! Who follows some jobs hears of these, also of their deletion, and of no others.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::timeout;
use tributary_domain::{Collection, Condition, Document, Grants, Privilege, RoleDescriptor, RoleDescriptors};
use tributary_service::access::Sight;
use tributary_service::sync_job::{JobState, SyncJobFilter, SyncJobHub, SyncJobWatch, WatchNews};
use tributary_storage::{Store, StoreExt as _};

use crate::shaky::Shaky;
use crate::{JOBS, LONG, heard, id, set, store_and_hub};

/// Ends what is heard: it changes after everything else, and stands last among those that are read together.
const LAST: &str = "z";

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn of_connector(connector: &str) -> Document {
    document(&format!(r#"{{"status":"pending","connector":{{"id":"{connector}","service_type":"s3"}}}}"#))
}

/// What a key sees that is limited to the connectors of a pattern.
fn limited(pattern: &str) -> Sight {
    let role = RoleDescriptor::of(&[Privilege::MonitorConnector], &[format!("connector:{pattern}")]);
    let roles = RoleDescriptors::from_iter([("r".to_owned(), role)]);
    Sight::of(&Grants::new(vec![roles]), Privilege::MonitorConnector).unwrap()
}

fn filter(field: &'static str, word: &str) -> SyncJobFilter {
    let condition = Condition::AnyOf { field, words: vec![word.to_owned()] };
    SyncJobFilter { conditions: vec![condition], orphaned: None }
}

fn orphaned(orphaned: bool) -> SyncJobFilter {
    SyncJobFilter { conditions: Vec::new(), orphaned: Some(orphaned) }
}

/// What is reported of the changes up to that of the last job, deletions with a minus before them.
async fn told(
    store: &dyn Store,
    watch: &mut SyncJobWatch,
    selections: &[(&SyncJobFilter, &Sight)],
) -> Vec<String> {
    set(store, LAST, "pending").await;
    let mut told = vec![Vec::new(); selections.len()];
    loop {
        let WatchNews::Changed(changed) = timeout(LONG, watch.next()).await.unwrap() else { panic!() };
        for job in &changed.jobs {
            if job.id.as_str() == LAST {
                return told.into_iter().map(|names: Vec<String>| names.join(" ")).collect();
            }
            let sign = if matches!(job.state, JobState::Deleted(_)) { "-" } else { "" };
            for (told, (filter, sight)) in told.iter_mut().zip(selections) {
                if job.is_told(filter, sight) {
                    told.push(format!("{sign}{}", job.id));
                }
            }
        }
    }
}

async fn create(store: &dyn Store, name: &str, document: Document) {
    store.create(JOBS, &id(name), document).await.unwrap();
}

async fn delete(store: &dyn Store, name: &str) {
    store.remove_all(JOBS, &[id(name)]).await.unwrap();
}

#[tokio::test]
async fn a_deletion_is_told_to_those_whose_job_it_was() {
    let (store, hub) = store_and_hub();
    let (all, none) = (SyncJobFilter::default(), Sight::EVERYTHING);
    let (of_a, pending) = (filter("connector.id", "a"), filter("status", "pending"));
    let (sees_a, sees_s) = (limited("a"), limited("s*"));
    let selections = [(&all, &none), (&of_a, &none), (&pending, &none), (&all, &sees_a), (&pending, &sees_s)];
    for (name, connector) in [("ja", "a"), ("jb", "b")] {
        create(&*store, name, of_connector(connector)).await;
    }
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let before = watch.position().clone();
    delete(&*store, "ja").await;
    let heard = told(&*store, &mut watch, &selections).await;
    assert_eq!(heard, ["-ja", "-ja", "-ja", "-ja", ""]);
    // What it was last counts: it does not match any more, which is not told, and neither is its deletion.
    let version = store.get(JOBS, &id("jb")).await.unwrap().version;
    let ended = document(r#"{"status":"completed","connector":{"id":"b"}}"#);
    store.replace(JOBS, &id("jb"), version, ended).await.unwrap();
    delete(&*store, "jb").await;
    let heard = told(&*store, &mut watch, &selections).await;
    assert!(heard[0].ends_with("-jb") && heard[1..].iter().all(String::is_empty), "{heard:?}");

    // The same for who comes back, unless it is not known what they were: then nobody from whom jobs are hidden hears.
    for (is_vague, expected) in
        [(false, ["-ja -jb", "-ja", "-ja", "-ja", ""]), (true, ["-ja -jb", "-ja -jb", "-ja -jb", "", ""])]
    {
        store.is_vague.store(is_vague, Relaxed);
        let mut watch = SyncJobWatch::open(Arc::clone(&hub), Some(before.clone()), false).await.unwrap();
        assert_eq!(told(&*store, &mut watch, &selections).await, expected, "{is_vague}");
    }
}

/// Stores connectors, one of them softly deleted, and a job that has not changed since.
async fn with_connectors() -> (Arc<Shaky>, Arc<SyncJobHub>) {
    let (store, hub) = store_and_hub();
    for (name, text) in [("here", "{}"), ("softly", r#"{"deleted":true}"#), ("going", r#"{"name":"n"}"#)] {
        store.create(Collection::CONNECTORS, &id(name), document(text)).await.unwrap();
    }
    create(&*store, "unchanged", of_connector("going")).await;
    (store, hub)
}

#[tokio::test]
async fn a_job_is_orphaned_if_its_connector_is_gone_when_it_changes() {
    let (store, hub) = with_connectors().await;
    let everything = Sight::EVERYTHING;
    let (gone, here, all) = (orphaned(true), orphaned(false), SyncJobFilter::default());
    let selections = [(&gone, &everything), (&here, &everything), (&all, &everything)];
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, true).await.unwrap();
    for (name, connector) in [("jh", "here"), ("js", "softly"), ("jn", "nobody"), ("jg", "going")] {
        create(&*store, name, of_connector(connector)).await;
        create(&*store, &format!("{name}2"), document(r#"{"connector":{"id":null}}"#)).await;
        let heard = told(&*store, &mut watch, &selections).await;
        let is_here = ["here", "going"].contains(&connector);
        let expected = if is_here { ["", name] } else { [name, ""] };
        assert_eq!(heard[..2], expected);
        assert!(heard[2].contains(name) && heard[2].contains(&format!("{name}2")), "{heard:?}");
    }
    create(&*store, "both", document(r#"{"connector":{"id":["nobody","here"]}}"#)).await;
    create(&*store, "none", document(r#"{"connector":{"id":["nobody","a b","softly"]}}"#)).await;
    assert_eq!(told(&*store, &mut watch, &selections).await[..2], ["none", "both"]);

    // The end of a connector changes no job of it; those that change afterwards are orphaned, also if they are deleted.
    store.remove_all(Collection::CONNECTORS, &[id("going")]).await.unwrap();
    assert_eq!(told(&*store, &mut watch, &selections).await, ["", "", ""]);
    delete(&*store, "jg").await;
    delete(&*store, "jh").await;
    assert_eq!(told(&*store, &mut watch, &selections).await[..2], ["-jg", "-jh"]);
}

#[tokio::test]
async fn connectors_are_read_only_for_those_who_ask_for_orphans() {
    let (store, hub) = with_connectors().await;
    let everything = Sight::EVERYTHING;
    let gone = orphaned(true);
    let mut other = SyncJobWatch::open(Arc::clone(&hub), None, false).await.unwrap();
    let start = other.position().clone();
    create(&*store, "first", of_connector("nobody")).await;
    heard(&mut other, &["first".to_owned()]).await;
    assert_eq!(store.connector_reads.load(Relaxed), 0);

    // A portion that is read while nobody asks is read again by who asks before it is passed on.
    store.is_slow.store(true, Relaxed);
    create(&*store, "second", of_connector("nobody")).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut watch = SyncJobWatch::open(Arc::clone(&hub), None, true).await.unwrap();
    let names = told(&*store, &mut watch, &[(&gone, &everything)]).await;
    assert_eq!(names, ["second"]);
    assert!(store.connector_reads.load(Relaxed) > 0);

    // Who comes back reads them as well.
    let mut later = SyncJobWatch::open(Arc::clone(&hub), Some(start), true).await.unwrap();
    let names = told(&*store, &mut later, &[(&gone, &everything)]).await;
    assert_eq!(names, ["first second"]);
    let followers: Vec<_> =
        futures_util::future::join_all((0..20).map(|_| SyncJobWatch::open(Arc::clone(&hub), None, true)))
            .await;
    let before = store.connector_reads.load(Relaxed);
    create(&*store, "third", of_connector("nobody")).await;
    for watch in followers {
        heard(&mut watch.unwrap(), &["third".to_owned()]).await;
    }
    assert_eq!(store.connector_reads.load(Relaxed), before + 1, "one read for all");

    drop((watch, later));
    let before = store.connector_reads.load(Relaxed);
    create(&*store, "fourth", of_connector("nobody")).await;
    heard(&mut other, &["fourth".to_owned()]).await;
    assert_eq!(store.connector_reads.load(Relaxed), before);
}
