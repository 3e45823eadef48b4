//! A change of one document, as it is checked, made durable and applied.

use bytes::Bytes;
use tributary_domain::{Connector, Document, Fields, FilterField, Id, creation_order, keyword_values};

use crate::{Action, Collection, Stored, Version};

/// What must hold of a document for a change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expectation {
    /// There is none yet.
    Absent,
    /// It is in this version.
    Version(Version),
}

/// A document with everything that the indexes need to know of it, worked out before any lock is taken.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The JSON text with the id.
    pub rendered: Bytes,
    /// What it is found and ordered by.
    pub terms: Terms,
}

/// What a document is found and ordered by.
#[derive(Debug, Clone)]
pub(crate) enum Terms {
    /// A connector; boxed, since there are few of them and they are large.
    Connector(Box<Connector>),
    /// A sync job.
    SyncJob {
        /// Its place in time; `i64::MAX` for none, which sorts last.
        milliseconds: i64,
        /// The words under which filters find it.
        words: Vec<(FilterField, String)>,
    },
    /// A secret, which is found by its id alone.
    Secret,
}

/// A document's next state, or its end.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub collection: Collection,
    pub id: String,
    /// `None` removes the document.
    pub record: Option<Record>,
}

/// A change with what must hold for it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub change: Change,
    pub(super) expectation: Expectation,
}

/// A document as a walk through a collection answers it; every id that is stored was checked once.
pub(super) fn stored(id: &str, document: Bytes) -> Option<Stored> {
    Some(Stored { id: Id::parse("id", id).ok()?, document })
}

impl Record {
    pub(crate) fn new(collection: Collection, id: &str, document: &Document) -> Self {
        let rendered = document.render(id);
        Self {
            terms: Terms::new(collection, document),
            rendered: Bytes::from(rendered.into_boxed_str().into_boxed_bytes()),
        }
    }
}

impl Terms {
    pub(crate) fn new(collection: Collection, document: &Document) -> Self {
        match collection {
            Collection::Connectors => Self::Connector(Box::new(document.clone().into())),
            Collection::SyncJobs => Self::of_sync_job(document),
            Collection::Secrets => Self::Secret,
        }
    }

    pub(crate) fn of_sync_job(document: &impl Fields) -> Self {
        let words = FilterField::ALL.iter().flat_map(|field| {
            let mut words = keyword_values(document, field.path());
            words.sort_unstable();
            words.dedup();
            words.into_iter().map(|word| (*field, word))
        });
        Self::SyncJob { milliseconds: creation_order(document).unwrap_or(i64::MAX), words: words.collect() }
    }
}

impl Operation {
    /// The operation with everything that the indexes need to know of the document.
    pub(crate) fn new(collection: Collection, crate::Operation { id, action }: &crate::Operation) -> Self {
        let (expectation, document) = match action {
            Action::Create(document) => (Expectation::Absent, Some(document)),
            Action::Replace(expected, document) => (Expectation::Version(*expected), Some(document)),
            Action::Delete(expected) => (Expectation::Version(*expected), None),
        };
        let record = document.map(|document| Record::new(collection, id.as_str(), document));
        Self { change: Change { collection, id: id.to_string(), record }, expectation }
    }

    pub(crate) fn into_change(self) -> Change {
        self.change
    }
}
