//! What a caller sees of a store: the connectors and sync jobs that its key is limited to, and whether the values of
//! sensitive configuration fields are shown.

use std::borrow::Cow;

use bytes::Bytes;
use tributary_domain::{Collection, Document, Grants, IndexedValues, Privilege, Query, Scope, masked};
use tributary_storage::Documents;

/// What a caller sees, and may change, with a privilege.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    scope: Scope,
    /// Where the values of sensitive configuration fields are shown; nowhere if it is `None`.
    values: Option<Scope>,
}

impl Sight {
    /// Everything.
    pub const EVERYTHING: Self = Self { scope: Scope::EVERYTHING, values: Some(Scope::EVERYTHING) };

    /// What somebody with these grants sees by a privilege; `None` without the privilege.
    #[must_use]
    pub fn of(grants: &Grants, privilege: Privilege) -> Option<Self> {
        let scope = grants.scope(privilege)?;
        Some(Self { scope, values: grants.scope(Privilege::WorkConnector) })
    }

    /// Whether nothing is hidden.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.scope.is_everything() && self.shows_all_values()
    }

    fn shows_all_values(&self) -> bool {
        self.values.as_ref().is_some_and(Scope::is_everything)
    }

    /// The query, limited to what is seen.
    #[must_use]
    pub(crate) fn limit(&self, query: &Query) -> Query {
        let mut query = query.clone();
        query.conditions.extend(self.scope.conditions(query.collection));
        query
    }

    /// Whether some documents of a collection are hidden.
    pub(crate) fn limits(&self, collection: Collection) -> bool {
        !self.scope.conditions(collection).is_empty()
    }

    /// Whether a document is seen, of which the values are enough.
    #[must_use]
    pub fn sees(&self, collection: Collection, id: &str, document: &impl IndexedValues) -> bool {
        self.scope.is_everything() || self.scope.contains(collection, id, document)
    }

    /// Whether the document with this text is seen; one that cannot be read is not, unless everything is.
    pub(crate) fn sees_text(&self, collection: Collection, id: &str, text: &[u8]) -> bool {
        if self.scope.is_everything() {
            return true;
        }
        let document = serde_json::from_slice(text);
        document.is_ok_and(|document: Document| self.scope.contains(collection, id, &document))
    }

    /// The text of a document that is seen, with the values that are not shown masked.
    #[must_use]
    pub fn shown(&self, collection: Collection, text: Bytes) -> Bytes {
        match self.masked(collection, &text) {
            None => text,
            Some(masked) => masked.into(),
        }
    }

    /// The documents of a page of what is seen, with the values that are not shown masked.
    pub(crate) fn shown_page(&self, collection: Collection, documents: Documents) -> Documents {
        if self.shows_all_values() {
            return documents;
        }
        let mut shown = Documents::with_capacity(documents.len(), documents.iter().map(<[u8]>::len).sum());
        for text in documents.iter() {
            match self.masked(collection, text) {
                None => shown.push(text),
                Some(masked) => shown.push(masked.as_bytes()),
            }
        }
        shown
    }

    /// The text of a document with values masked; `None` if it is shown as it is.
    fn masked(&self, collection: Collection, text: &[u8]) -> Option<String> {
        if self.shows_all_values() {
            return None;
        }
        // What is no text is no document, and nothing of it is shown.
        let Ok(text) = std::str::from_utf8(text) else { return Some("{}".to_owned()) };
        match masked(collection, text) {
            Cow::Borrowed(same) if same.len() == text.len() => None,
            _ if self.shows_values_of(collection, text) => None,
            masked => Some(masked.into_owned()),
        }
    }

    fn shows_values_of(&self, collection: Collection, text: &str) -> bool {
        let document = Document::parse(text).ok();
        document.zip(self.values.as_ref()).is_some_and(|(document, values)| {
            document.id().is_some_and(|id| values.contains(collection, &id, &document))
        })
    }
}
