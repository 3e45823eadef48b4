//! A store that encrypts sensitive values before another store sees them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use memchr::memmem::Finder;
use tributary_domain::{
    Collection, ConfigurationValue, Document, Id, MASK, Query, SEALED_PREFIX, rewrite_values,
};
use tributary_storage::{
    Action, Changes, Counts, Deadline, Documents, Numbers, Operation, Page, Position, Store, StoreError,
    Stored, Version, Versioned,
};

use crate::{SecretKeys, ValueProblem};

/// The most problems that are logged.
const MAXIMUM_LOGGED: usize = 100;
/// The copy of the connector in a sync job.
const COPY: &str = "connector";

/// A store over another one, in which the sensitive values of connectors and sync jobs are encrypted. Whoever uses it sees
/// the values; whoever uses the store below sees ciphertext.
///
/// Encrypted values are decrypted wherever they are read. One that cannot be is [`MASK`]; whoever writes that back keeps
/// the ciphertext. A written value that looks encrypted is encrypted itself, so that it comes back as it was written and is
/// never taken for the ciphertext of something else.
pub struct SealingStore {
    inner: Arc<dyn Store>,
    keys: Arc<SecretKeys>,
    encrypts: bool,
    marker: Finder<'static>,
    logged: Mutex<HashSet<ValueProblem>>,
}

impl fmt::Debug for SealingStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SealingStore").field("inner", &self.inner).finish_non_exhaustive()
    }
}

/// A change that waits for the ciphertext that it keeps: its place among the changes, and the document that has it.
struct Keeping {
    place: usize,
    collection: Collection,
    id: Id,
    /// The version that the document has to have.
    version: Option<Version>,
}

impl SealingStore {
    /// A store over `inner`. New values are encrypted if `encrypts` is set, with the first key.
    pub fn new(inner: Arc<dyn Store>, keys: impl Into<Arc<SecretKeys>>, encrypts: bool) -> Self {
        let marker = Finder::new(SEALED_PREFIX).into_owned();
        Self { inner, keys: keys.into(), encrypts, marker, logged: Mutex::default() }
    }

    /// The document as clients see it; `None` if it is stored like that.
    fn opened(&self, collection: Collection, document: &[u8]) -> Option<String> {
        self.marker.find(document)?;
        let text = std::str::from_utf8(document).ok()?;
        rewrite_values(collection, text, |value| {
            let opened = value.looks_sealed().then(|| self.keys.open_value(value))?;
            Some(opened.map_or_else(
                |problem| {
                    self.log(value, problem);
                    format!("\"{MASK}\"")
                },
                |text| text.as_str().to_owned(),
            ))
        })
    }

    fn open(&self, collection: Collection, document: Bytes) -> Bytes {
        self.opened(collection, &document).map_or(document, Bytes::from)
    }

    fn open_page(&self, collection: Collection, documents: Documents) -> Documents {
        if documents.iter().all(|document| self.marker.find(document).is_none()) {
            return documents;
        }
        let bytes = documents.iter().map(<[u8]>::len).sum();
        let mut opened = Documents::with_capacity(documents.len(), bytes);
        for document in documents.iter() {
            match self.opened(collection, document) {
                Some(text) => opened.push(text.as_bytes()),
                None => opened.push(document),
            }
        }
        opened
    }

    /// Logs each problem once.
    fn log(&self, value: &ConfigurationValue<'_>, problem: ValueProblem) {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < MAXIMUM_LOGGED && !logged.contains(&problem) {
            tracing::warn!("the encrypted value at [{}] cannot be shown: {problem}", value.place());
            logged.insert(problem);
        }
    }

    /// Encrypts the values of a document. Returns whether it keeps some that could not be decrypted.
    fn seal(&self, collection: Collection, document: &mut Document) -> Result<bool, StoreError> {
        let (mut keeps, mut is_failed) = (false, false);
        document.rewrite_values(collection, |value| {
            if value.is_mask() {
                keeps = true;
                return None;
            }
            let is_sealed = value.looks_sealed() || (self.encrypts && value.is_protected());
            let sealed = is_sealed.then(|| self.keys.seal_value(value))?;
            is_failed |= sealed.is_none();
            sealed
        });
        if is_failed {
            return Err(StoreError::Rejected("a sensitive value is too long to be encrypted".to_owned()));
        }
        Ok(keeps)
    }

    /// Puts the stored ciphertext in place of masks. A document in another version than the change expects has none to
    /// give: the change will not be made.
    async fn keep(
        &self,
        operations: &mut [Operation],
        keeping: Vec<Keeping>,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        for Keeping { place, collection, id, version } in keeping {
            let found = self.inner.read(collection, std::slice::from_ref(&id), deadline).await?;
            let found = found.into_iter().flatten().next();
            let found = found.filter(|found| version.is_none_or(|version| version == found.version));
            let stored = found.and_then(|found| serde_json::from_slice::<Document>(&found.document).ok());
            if let Some(stored) = stored {
                let (Action::Create(document) | Action::Replace(_, document)) = &mut operations[place].action
                else {
                    continue;
                };
                // A job is made from its connector.
                keep_sealed(
                    document,
                    version.map_or(Collection::SYNC_JOBS, |_| collection),
                    &stored,
                    collection,
                );
            }
        }
        Ok(())
    }
}

/// Puts the ciphertext of `stored` in place of the masks of a document.
fn keep_sealed(document: &mut Document, collection: Collection, stored: &Document, of: Collection) {
    let sealed = stored.configuration_values(of).into_iter().filter(ConfigurationValue::looks_sealed);
    let sealed: HashMap<Vec<Cow<'_, str>>, &str> = sealed.map(|value| (value.path, value.text)).collect();
    document.rewrite_values(collection, |value| {
        let kept = value.is_mask().then(|| sealed.get(&value.path))?;
        kept.map(|text| (*text).to_owned())
    });
}

/// The document that has the ciphertext which a change keeps: the one that it replaces, or the connector of a new job.
fn source_of(collection: Collection, operation: &Operation) -> Option<(Collection, Id, Option<Version>)> {
    match &operation.action {
        Action::Replace(version, _) => Some((collection, operation.id.clone(), Some(*version))),
        Action::Create(job) if collection == Collection::SYNC_JOBS => {
            let connector = Document::parse(job.get_raw(COPY)?.get()).ok()?.id()?;
            let connector = Id::parse("id", connector).ok()?;
            Some((Collection::CONNECTORS, connector, None))
        }
        Action::Create(_) | Action::Delete(_) => None,
    }
}

#[async_trait]
impl Store for SealingStore {
    async fn read(
        &self,
        collection: Collection,
        ids: &[Id],
        deadline: Deadline,
    ) -> Result<Vec<Option<Versioned>>, StoreError> {
        let found = self.inner.read(collection, ids, deadline).await?;
        let open = |found: Versioned| Versioned {
            document: self.open(collection, found.document),
            version: found.version,
        };
        Ok(found.into_iter().map(|one| one.map(open)).collect())
    }

    async fn write(
        &self,
        collection: Collection,
        mut operations: Vec<Operation>,
        deadline: Deadline,
    ) -> Vec<Result<Version, StoreError>> {
        let mut keeping = Vec::new();
        let mut failed = None;
        for (place, operation) in operations.iter_mut().enumerate() {
            let (Action::Create(document) | Action::Replace(_, document)) = &mut operation.action else {
                continue;
            };
            match self.seal(collection, document) {
                Ok(false) => {}
                Ok(true) => keeping.extend(
                    source_of(collection, operation).map(|(collection, id, version)| Keeping {
                        place,
                        collection,
                        id,
                        version,
                    }),
                ),
                Err(error) => failed = Some(error.to_string()),
            }
        }
        let kept = match failed {
            Some(reason) => Err(StoreError::Rejected(reason)),
            None => self.keep(&mut operations, keeping, deadline).await,
        };
        match kept {
            Ok(()) => self.inner.write(collection, operations, deadline).await,
            // Rare enough that the other changes may fail too: none is made, and the caller may repeat them.
            Err(error) => operations.iter().map(|_| Err(same(&error))).collect(),
        }
    }

    async fn list(&self, query: &Query, deadline: Deadline) -> Result<Page, StoreError> {
        let mut page = self.inner.list(query, deadline).await?;
        page.documents = self.open_page(query.collection, page.documents);
        Ok(page)
    }

    async fn count(
        &self,
        query: &Query,
        by: &[&'static str],
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        self.inner.count(query, by, deadline).await
    }

    fn numbers(
        &self,
        query: &Query,
        fields: &[&'static str],
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Numbers, StoreError>> {
        self.inner.numbers(query, fields, deadline)
    }

    fn scan(
        &self,
        collection: Collection,
        deadline: Deadline,
    ) -> BoxStream<'_, Result<Vec<Stored>, StoreError>> {
        let open =
            move |Stored { id, document }: Stored| Stored { id, document: self.open(collection, document) };
        let portions = self.inner.scan(collection, deadline);
        portions.map(move |portion| Ok(portion?.into_iter().map(open).collect())).boxed()
    }

    async fn changes(&self, since: Option<Position>, deadline: Deadline) -> Result<Changes, StoreError> {
        self.inner.changes(since, deadline).await
    }

    async fn check(&self, deadline: Deadline) -> Result<(), StoreError> {
        self.inner.check(deadline).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.inner.close().await
    }
}

/// The same error for each of several changes.
fn same(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(cause) => StoreError::unavailable(cause.to_string()),
        StoreError::Rejected(reason) => StoreError::Rejected(reason.clone()),
        StoreError::Blocked(reason) => StoreError::Blocked(reason.clone()),
        StoreError::Denied(reason) => StoreError::Denied(reason.clone()),
        error => StoreError::Backend(error.to_string().into()),
    }
}
