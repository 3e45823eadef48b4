//! Operations on all encrypted values of a store: which keys they need, and rotation to a new key.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use tributary_domain::{Collection, ConfigurationValue, Document, Id, Query, SEALED_PREFIX, SortOrder};
use tributary_storage::{Action, Deadline, Operation, Store, StoreError, Stored, Versioned};

use crate::sealed_value::key_of_value;
use crate::{SecretKeys, ValueProblem};

/// The collections with documents that have a configuration.
const COLLECTIONS: [Collection; 2] = [Collection::CONNECTORS, Collection::SYNC_JOBS];
/// How many problems are returned.
const MAXIMUM_EXAMPLES: usize = 10;
/// How often a document is tried again that others change.
const MAXIMUM_ATTEMPTS: usize = 100;
/// How many of the newest sync jobs are looked at before a service starts.
const JOBS_LOOKED_AT: u32 = 100;

/// What a rotation makes of sensitive values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ValueEncryption {
    /// Encrypted values get the first key, the others stay as they are.
    #[default]
    Keep,
    /// All are encrypted.
    Encrypt,
    /// None is encrypted any more.
    Decrypt,
}

/// An encrypted value that cannot be decrypted.
#[derive(Debug, thiserror::Error)]
#[error("the encrypted value at [{place}] of {noun} [{id}] cannot be decrypted: {problem}")]
pub struct UnreadableValue {
    noun: &'static str,
    id: String,
    place: String,
    problem: ValueProblem,
}

/// The result of a rotation of sensitive values.
#[derive(Debug, Default)]
pub struct ValueRotation {
    /// How many connectors and sync jobs were changed.
    pub changed: u64,
    /// How many have encrypted values and already were as they should be.
    pub current: u64,
    /// How many have values that could not be decrypted and stay as they are, also if others of theirs were changed.
    pub failed: u64,
    /// The first of these values.
    pub examples: Vec<UnreadableValue>,
}

/// What a document becomes.
#[derive(Debug, Default)]
struct Anew {
    is_changed: bool,
    has_sealed: bool,
    unreadable: Vec<UnreadableValue>,
}

/// Encrypts the sensitive values of all connectors and sync jobs with the first key, or decrypts them. Services that have
/// this key may use the store concurrently; `store` is the one below theirs, without a
/// [`SealingStore`](crate::SealingStore). After an error, the same call goes on from there.
pub async fn rotate_values(
    store: &dyn Store,
    keys: &SecretKeys,
    encryption: ValueEncryption,
) -> Result<ValueRotation, StoreError> {
    let mut rotation = ValueRotation::default();
    for collection in COLLECTIONS {
        let mut portions = store.scan(collection, Deadline::NONE);
        while let Some(portion) = portions.try_next().await? {
            let concerned = portion
                .into_iter()
                .filter(|stored| encryption == ValueEncryption::Encrypt || has_marker(&stored.document));
            let ids = concerned.map(|stored| stored.id).collect();
            rotate_some(store, keys, encryption, collection, ids, &mut rotation).await?;
        }
    }
    Ok(rotation)
}

async fn rotate_some(
    store: &dyn Store,
    keys: &SecretKeys,
    encryption: ValueEncryption,
    collection: Collection,
    mut ids: Vec<Id>,
    rotation: &mut ValueRotation,
) -> Result<(), StoreError> {
    for _ in 0..MAXIMUM_ATTEMPTS {
        if ids.is_empty() {
            return Ok(());
        }
        let found = store.read(collection, &ids, Deadline::NONE).await?;
        let (mut operations, mut changes) = (Vec::new(), Vec::new());
        for (id, found) in ids.drain(..).zip(found) {
            let Some(Versioned { version, document }) = found else { continue };
            let mut document = parse(&document)?;
            let anew = keys.anew(collection, &id, &mut document, encryption);
            if anew.is_changed {
                operations.push(Operation { id: id.clone(), action: Action::Replace(version, document) });
                changes.push((id, anew));
            } else {
                rotation.note(anew);
            }
        }
        let results = store.write(collection, operations, Deadline::NONE).await;
        for ((id, anew), result) in changes.into_iter().zip(results) {
            match result {
                Ok(_) => rotation.note(anew),
                Err(StoreError::Conflict) => ids.push(id),
                Err(StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Err(StoreError::Conflict)
}

impl ValueRotation {
    fn note(&mut self, anew: Anew) {
        let is_whole = anew.unreadable.is_empty();
        self.changed += u64::from(anew.is_changed);
        self.current += u64::from(anew.has_sealed && !anew.is_changed && is_whole);
        self.failed += u64::from(!is_whole);
        self.examples.extend(anew.unreadable);
        self.examples.truncate(MAXIMUM_EXAMPLES);
    }
}

impl SecretKeys {
    /// Encrypts or decrypts the values of a document anew.
    fn anew(
        &self,
        collection: Collection,
        id: &Id,
        document: &mut Document,
        encryption: ValueEncryption,
    ) -> Anew {
        let mut anew = Anew::default();
        anew.is_changed = document.rewrite_values(collection, |value| {
            if !value.looks_sealed() {
                let is_wanted =
                    encryption == ValueEncryption::Encrypt && value.is_protected() && !value.is_mask();
                return is_wanted.then(|| self.seal_value(value)).flatten();
            }
            anew.has_sealed = true;
            match self.open_value(value) {
                Ok(text) => {
                    let opened = ConfigurationValue { text: text.as_str(), ..value.clone() };
                    // What looks encrypted and is not stays so, or it would be taken for something else.
                    if encryption == ValueEncryption::Decrypt && !opened.looks_sealed() {
                        return Some(text.as_str().to_owned());
                    }
                    let is_current = key_of(value).as_deref() == Some(&self.first().fingerprint);
                    if is_current { None } else { self.seal_value(&opened) }
                }
                Err(problem) => {
                    anew.unreadable.push(UnreadableValue::new(collection, id, value, problem));
                    None
                }
            }
        });
        anew
    }
}

impl UnreadableValue {
    fn new(collection: Collection, id: &Id, value: &ConfigurationValue<'_>, problem: ValueProblem) -> Self {
        Self { noun: collection.noun, id: id.to_string(), place: value.place(), problem }
    }
}

/// What is known of the encrypted values of a store before a service starts.
#[derive(Debug, Default)]
pub(crate) struct ValueSurvey {
    /// How many documents with encrypted values were found.
    pub(crate) documents: u64,
    /// How many of them have values that cannot be decrypted with the given keys.
    pub(crate) unreadable: u64,
    /// The first of these values.
    pub(crate) examples: Vec<UnreadableValue>,
    /// The fingerprints of the keys that are needed.
    pub(crate) needed: BTreeSet<String>,
}

/// Looks at all connectors and at the newest sync jobs: there may be millions of these, and their values are those of a
/// connector.
pub(crate) async fn survey(store: &dyn Store, keys: Option<&SecretKeys>) -> Result<ValueSurvey, StoreError> {
    let mut survey = ValueSurvey::default();
    let mut portions = store.scan(Collection::CONNECTORS, Deadline::NONE);
    while let Some(portion) = portions.try_next().await? {
        for Stored { id, document } in portion {
            survey.look(Collection::CONNECTORS, &id, &document, keys)?;
        }
    }
    let newest = Query::of(Collection::SYNC_JOBS);
    let order = newest.order.directed(SortOrder::Descending);
    let page = store.list(&newest.ordered(order).page(0, JOBS_LOOKED_AT), Deadline::NONE).await?;
    for document in page.documents.iter() {
        let id = std::str::from_utf8(document).ok().and_then(Document::id_of_text);
        let id = id.and_then(|id| Id::parse("id", id).ok());
        if let Some(id) = id {
            survey.look(Collection::SYNC_JOBS, &id, document, keys)?;
        }
    }
    Ok(survey)
}

impl ValueSurvey {
    fn look(
        &mut self,
        collection: Collection,
        id: &Id,
        document: &[u8],
        keys: Option<&SecretKeys>,
    ) -> Result<(), StoreError> {
        if !has_marker(document) {
            return Ok(());
        }
        let document = parse(document)?;
        let values = document.configuration_values(collection);
        let sealed: Vec<_> = values.iter().filter(|value| value.looks_sealed()).collect();
        let problems = sealed.iter().filter_map(|value| {
            let problem = keys?.open_value(value).err()?;
            Some(UnreadableValue::new(collection, id, value, problem))
        });
        let problems: Vec<_> = problems.collect();
        self.documents += u64::from(!sealed.is_empty());
        self.needed.extend(sealed.iter().filter_map(|value| key_of(value)));
        self.unreadable += u64::from(!problems.is_empty());
        self.examples.extend(problems);
        self.examples.truncate(MAXIMUM_EXAMPLES);
        Ok(())
    }
}

fn key_of(value: &ConfigurationValue<'_>) -> Option<String> {
    key_of_value(&value.string()?).map(str::to_owned)
}

fn has_marker(document: &[u8]) -> bool {
    memchr::memmem::find(document, SEALED_PREFIX.as_bytes()).is_some()
}

fn parse(document: &[u8]) -> Result<Document, StoreError> {
    serde_json::from_slice(document).map_err(|error| StoreError::Backend(error.into()))
}
