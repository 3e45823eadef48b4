//! Partial updates of documents, as the update API of search engines makes them.

use tributary_domain::{
    Collection, Document, Id, Refusal, SyncJob, is_same_json, keep_masked, refuse_exposure,
};
use tributary_storage::Store;

use super::Guard;
use super::write::{Written, decided, new, rewritten};
use crate::{Context, Result};

/// A partial update.
#[derive(Debug, Clone)]
pub struct Update {
    /// The fields that are merged into the document, recursively for objects; arrays and nulls replace what is there.
    pub partial: Document,
    /// The document that is stored if there is none.
    pub upsert: Option<Document>,
    /// Whether an update that changes nothing is not written.
    pub detects_noop: bool,
}

/// Merges fields into a document in one guarded step.
///
/// Nothing is written if nothing changes, and if a sync job is ended again in the way in which it has ended. Refused with
/// [`Refusal::DocumentMissing`], or as the step of the state machine that the update is, or where a sensitive value would
/// not be one any more without being given.
pub async fn update(
    store: &dyn Store,
    context: &Context,
    collection: Collection,
    id: &Id,
    update: &Update,
    guard: Guard,
) -> Result<Written> {
    if update.upsert.is_some() && guard.version.is_some() {
        return Err(
            Refusal::validation("upsert requests don't support `if_seq_no` and `if_primary_term`").into()
        );
    }
    let decide = |before: Option<Document>| {
        if let Some(before) = before {
            return decide(context, collection, id, before, update);
        }
        update.upsert.clone().map(|upsert| new(collection, upsert)).transpose()
    };
    decided(store, context, collection, id, guard, decide).await
}

fn decide(
    context: &Context,
    collection: Collection,
    id: &Id,
    before: Document,
    update: &Update,
) -> Result<Option<Document>, Refusal> {
    let is_job = collection == Collection::SYNC_JOBS;
    if is_job && SyncJob::from(before.clone()).is_same_end(&update.partial) {
        return Ok(None);
    }
    let mut merged = before.clone();
    merged.merge(&update.partial);
    refuse_exposure(collection, &before, &merged, &update.partial)?;
    let merged = keep_masked(collection, merged, Some(&before))?;
    if update.detects_noop && is_same_json(&before.to_json(), &merged.to_json()) {
        return Ok(None);
    }
    rewritten(context, collection, id, before, merged).map(Some)
}

#[cfg(test)]
mod tests {
    use tributary_domain::Collection;
    use tributary_storage::Outcome;

    use super::super::{DocumentVersion, create, delete, index};
    use super::*;
    use crate::ServiceError;
    use crate::test_support::{context, id, store};

    const JOBS: Collection = Collection::SYNC_JOBS;
    const CONNECTORS: Collection = Collection::CONNECTORS;

    fn document(text: &str) -> Document {
        Document::parse(text).unwrap()
    }

    fn partial(text: &str) -> Update {
        Update { partial: document(text), upsert: None, detects_noop: true }
    }

    fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
        match result {
            Err(ServiceError::Refused(refusal)) => refusal.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn an_update_merges_and_finds_out_that_it_changes_nothing() {
        let store = store(&[(CONNECTORS, "c", r#"{"a":{"b":1.10,"c":[1]},"n":1}"#)]).await;
        let change = async |text: &str| {
            update(&*store, &context(), CONNECTORS, &id("c"), &partial(text), Guard::default()).await.unwrap()
        };
        let noop = change(r#"{"a":{"b":1.1},"n":1}"#).await;
        assert_eq!(
            (noop.outcome, noop.document.to_json().as_str()),
            (Outcome::Noop, r#"{"a":{"b":1.10,"c":[1]},"n":1}"#)
        );
        let changed = change(r#"{"a":{"c":[],"d":null},"x.y":2}"#).await;
        assert_eq!(changed.outcome, Outcome::Updated);
        assert_eq!(changed.document.to_json(), r#"{"a":{"b":1.10,"c":[],"d":null},"n":1,"x.y":2}"#);
        assert!(changed.version != noop.version);
        let forced = Update { detects_noop: false, ..partial("{}") };
        let written = update(&*store, &context(), CONNECTORS, &id("c"), &forced, Guard::default()).await;
        assert_eq!(written.unwrap().outcome, Outcome::Updated);
    }

    #[tokio::test]
    async fn a_guard_is_for_one_version() {
        let store = store(&[(CONNECTORS, "c", "{}")]).await;
        let written = create(&*store, &context(), CONNECTORS, &id("d"), document("{}")).await.unwrap();
        let guard = Guard { version: Some(written.version.into()) };
        let again = |guard| {
            let store = store.clone();
            async move { update(&*store, &context(), CONNECTORS, &id("d"), &partial(r#"{"a":1}"#), guard).await }
        };
        let DocumentVersion { sequence, term } = written.version.into();
        assert_eq!(term, 1);
        assert_eq!(again(guard).await.unwrap().outcome, Outcome::Updated);
        let reason = refused(again(guard).await);
        assert!(
            reason.starts_with(&format!("[d]: version conflict, required seqNo [{sequence}]")),
            "{reason}"
        );
        let reason = refused(delete(&*store, &context(), CONNECTORS, &id("d"), guard).await);
        assert!(reason.contains("version conflict"), "{reason}");
        let reason = refused(create(&*store, &context(), CONNECTORS, &id("d"), document("{}")).await);
        assert!(reason.contains("document already exists"), "{reason}");
        let reason = refused(index(&*store, &context(), CONNECTORS, &id("x"), document("{}"), guard).await);
        assert!(reason.contains("it does not exist"), "{reason}");
    }

    #[tokio::test]
    async fn a_missing_document_is_named_or_made() {
        let store = store(&[]).await;
        let change = async |wanted: &Update| {
            update(&*store, &context(), JOBS, &id("j"), wanted, Guard::default()).await
        };
        assert_eq!(refused(change(&partial("{}")).await), "[j]: document missing");
        // Whatever version is expected of it.
        let guard = Guard { version: Some(DocumentVersion { sequence: 1, term: 1 }) };
        let guarded =
            async |wanted: &Update| refused(update(&*store, &context(), JOBS, &id("j"), wanted, guard).await);
        assert_eq!(guarded(&partial("{}")).await, "[j]: document missing");
        let upsert = Update { upsert: Some(document("{}")), ..partial("{}") };
        assert!(guarded(&upsert).await.contains("upsert requests don't support `if_seq_no`"));
        let upsert = Update { upsert: Some(document(r#"{"status":"pending"}"#)), ..partial("{}") };
        assert_eq!(change(&upsert).await.unwrap().outcome, Outcome::Created);
        let deleted = delete(&*store, &context(), JOBS, &id("j"), Guard::default()).await.unwrap();
        assert!(deleted.is_some());
        assert_eq!(delete(&*store, &context(), JOBS, &id("j"), Guard::default()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_status_is_a_step() {
        let store = store(&[(JOBS, "j", r#"{"status":"pending"}"#)]).await;
        let change = async |text: &str| {
            update(&*store, &context(), JOBS, &id("j"), &partial(text), Guard::default()).await
        };
        assert!(refused(change(r#"{"status":"completed"}"#).await).contains("[pending] to [completed]"));
        let canceled = change(r#"{"status":"canceling"}"#).await.unwrap().document.to_json();
        assert!(
            canceled.contains(r#""status":"canceled""#) && canceled.contains("canceled_at"),
            "{canceled}"
        );
        assert_eq!(change(r#"{"status":"canceled","x":1}"#).await.unwrap().outcome, Outcome::Noop);
        assert!(refused(change(r#"{"status":"error"}"#).await).contains("[canceled] to [error]"));
        let replaced = index(&*store, &context(), JOBS, &id("j"), document("{}"), Guard::default()).await;
        assert!(refused(replaced).contains("must be one of"));
    }

    #[tokio::test]
    async fn a_masked_value_is_kept_and_none_is_made_up() {
        const CONFIGURATION: &str = r#"{"configuration":{"p":{"sensitive":true,"value":1.10}}}"#;
        let mask = |text: &str| text.replace("MASK", tributary_domain::MASK);
        let job = format!(r#"{{"status":"pending","connector":{CONFIGURATION}}}"#);
        let store = store(&[(CONNECTORS, "c", CONFIGURATION), (JOBS, "j", &job)]).await;
        let change = async |collection, name: &str, text: &str| {
            update(&*store, &context(), collection, &id(name), &partial(&mask(text)), Guard::default()).await
        };
        let index = async |collection, name: &str, text: &str| {
            index(&*store, &context(), collection, &id(name), document(&mask(text)), Guard::default()).await
        };
        let masked = r#"{"configuration":{"p":{"sensitive":true,"value":"MASK"}}}"#;
        assert_eq!(change(CONNECTORS, "c", masked).await.unwrap().outcome, Outcome::Noop);
        assert_eq!(index(CONNECTORS, "c", masked).await.unwrap().document.to_json(), CONFIGURATION);
        let job_masked = format!(r#"{{"status":"pending","x":1,"connector":{masked}}}"#);
        let written = index(JOBS, "j", &job_masked).await.unwrap().document.to_json();
        assert_eq!(written, job.replace(r#""pending","#, r#""pending","x":1,"#));
        assert!(
            refused(change(CONNECTORS, "c", r#"{"configuration":{"p":{"sensitive":false}}}"#).await)
                .contains("is needed")
        );
        for (collection, text) in [(CONNECTORS, masked), (JOBS, job_masked.as_str())] {
            assert!(refused(index(collection, "new", text).await).contains("none to keep"));
            let created = create(&*store, &context(), collection, &id("new"), document(&mask(text))).await;
            assert!(refused(created).contains("none to keep"));
            let upsert = Update { upsert: Some(document(&mask(text))), ..partial("{}") };
            let updated =
                update(&*store, &context(), collection, &id("new"), &upsert, Guard::default()).await;
            assert!(refused(updated).contains("none to keep"));
        }
    }
}
