//! Uniqueness of index names among live connectors.

use std::time::Duration;

use futures_util::future::try_join;
use serde_json::json;
use tributary_domain::{Collection, Document, Id, connector_fields, keyword_values};

use super::action::{BulkAction, BulkChange};
use super::call::Call;
use super::clock::now;
use super::deadlines::Purpose;
use super::documents::StoredDocument;
use super::held_words::HeldWord;
use super::indices::Index;
use super::source::parse;
use super::wire::{self, Hit, SearchAnswer};
use crate::{Action, Operation, StoreError, Version, Versioned};

/// The additional time, for clock skew, during which an unfinished reservation is respected after the longest possible
/// change.
const RESERVATION_MARGIN: Duration = Duration::from_secs(20);
/// The maximum number of attempts to reserve a name while others reserve and release it.
const RESERVATION_ATTEMPTS: usize = 20;

/// A reserved name, to be released if it is not used.
#[derive(Debug, Clone)]
struct Reservation {
    name: String,
    version: Version,
}

impl Call {
    /// Applies one change of a connector, under a reservation of the index name it will use.
    pub(super) async fn write_connector(&self, operation: &Operation) -> Result<Version, StoreError> {
        let Operation { id, action: change } = operation;
        let (before, wanted) = match change {
            Action::Create(document) => (None, held_by(document)),
            Action::Replace(expected, document) => {
                (self.held_before(id.as_str(), *expected).await?, held_by(document))
            }
            Action::Delete(expected) => (self.held_before(id.as_str(), *expected).await?, None),
        };
        let reservation = match &wanted {
            Some(name) if wanted != before => Some(self.reserve(id, name.clone()).await?),
            _ => None,
        };
        let result = self.change(self.connectors()?, &BulkAction::new(operation)).await;
        match (&result, reservation) {
            (Ok(version), _) => {
                if let Some(name) = before.filter(|before| Some(before) != wanted.as_ref()) {
                    self.free_held(id, name).await;
                }
                self.prepared.held_words.insert(id.as_str(), *version, wanted);
            }
            // The outcome is unknown: the reservation expires by itself.
            (Err(StoreError::Unavailable(_)), _) | (_, None) => {}
            (Err(_), Some(reservation)) => self.free(reservation).await,
        }
        result
    }

    /// Remembers the index names of connectors that were read, to save a lookup on their next change.
    pub(super) fn remember_held(&self, ids: &[Id], found: &[Option<Versioned>]) {
        for (id, found) in ids.iter().zip(found) {
            let Some(Versioned { version, document }) = found else { continue };
            if let Some(document) =
                std::str::from_utf8(document).ok().and_then(|text| Document::parse(text).ok())
            {
                self.prepared.held_words.insert(id.as_str(), *version, held_by(&document));
            }
        }
    }

    /// The index name of a connector in the version that a change expects; in another version the change is rejected.
    async fn held_before(&self, id: &str, expected: Version) -> Result<Option<String>, StoreError> {
        match self.prepared.held_words.get(id, expected) {
            Some(HeldWord(held)) => Ok(held),
            None => self.held_now(id).await,
        }
    }

    /// The current index name of a connector.
    async fn held_now(&self, id: &str) -> Result<Option<String>, StoreError> {
        let found = self.find(self.connectors()?, id).await?;
        Ok(found.and_then(|found| held(&found.source, id)))
    }

    fn connectors(&self) -> Result<&Index, StoreError> {
        self.prepared.index(Collection::CONNECTORS)
    }

    fn reservations(&self) -> Result<&Index, StoreError> {
        let unknown = || StoreError::Rejected("the store was opened without connectors".to_owned());
        self.prepared.reservations.as_ref().ok_or_else(unknown)
    }

    /// Reserves the index name that a connector is about to use.
    ///
    /// A reservation is a document in an index of its own, which only one writer can create. A holder whose connector
    /// does not have the name may be about to write it: the reservation is respected for as long as a change may take.
    async fn reserve(&self, id: &Id, name: String) -> Result<Reservation, StoreError> {
        for _ in 0..RESERVATION_ATTEMPTS {
            let present = self.find(self.reservations()?, &name);
            let (holder, present) = try_join(self.holder(id, &name), present).await?;
            if let Some(holder) = holder {
                return Err(taken(name, holder));
            }
            if let Some(present) = &present
                && let Some(holder) = self.respected(id, &name, present).await?
            {
                return Err(taken(name, holder));
            }
            let source = json!({ "connector_id": id.as_str(), "reserved_at": now() }).to_string();
            let change = match present {
                None => BulkChange::Create(source),
                Some(present) => BulkChange::Replace(present.version, source),
            };
            let action = BulkAction { id: name.clone(), change };
            match self.change(self.reservations()?, &action).await {
                Ok(version) => return Ok(Reservation { name, version }),
                Err(StoreError::Conflict | StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::unavailable(format!("the index name [{name}] is reserved and freed again and again")))
    }

    /// Releases a name, unless another connector has reserved it meanwhile.
    async fn free(&self, reservation: Reservation) {
        let Reservation { name, version } = reservation;
        let Ok(reservations) = self.reservations() else { return };
        let freed = self.change(reservations, &BulkAction::delete(&name, version)).await;
        match freed {
            Ok(_) | Err(StoreError::Conflict | StoreError::NotFound) => {}
            // It expires by itself.
            Err(error) => tracing::warn!(%error, index_name = name, "an index name was not freed"),
        }
    }

    /// Releases the name that a connector no longer uses.
    async fn free_held(&self, id: &Id, name: String) {
        let Ok(reservations) = self.reservations() else { return };
        if let Ok(Some(found)) = self.find(reservations, &name).await
            && reserved_by(&found).is_some_and(|(holder, _)| holder == id.as_str())
        {
            self.free(Reservation { name, version: found.version }).await;
        }
    }

    /// Another live connector with this index name.
    async fn holder(&self, id: &Id, name: &str) -> Result<Option<String>, StoreError> {
        let index = self.connectors()?;
        index
            .ready_for(&[connector_fields::INDEX_NAME], self.request_deadline(Purpose::Change).end())
            .await?;
        let body = json!({ "query": { "term": { index.field(connector_fields::INDEX_NAME): name } }, "size": 1_000 });
        let body = self.search(&index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        let holds =
            |hit: &Hit<'_>| hit.id != id.as_str() && held(hit.text(), &hit.id).as_deref() == Some(name);
        Ok(answer.hits.hits.into_iter().find(|hit| holds(hit)).map(|hit| hit.id.into_owned()))
    }

    /// The connector whose reservation must be respected.
    async fn respected(
        &self,
        id: &Id,
        name: &str,
        reservation: &StoredDocument,
    ) -> Result<Option<String>, StoreError> {
        let Some((holder, reserved_at)) =
            reserved_by(reservation).filter(|(holder, _)| holder != id.as_str())
        else {
            return Ok(None);
        };
        let longest = self.client.deadlines.longest() + RESERVATION_MARGIN;
        if now().saturating_sub(reserved_at) < u64::try_from(longest.as_millis()).unwrap_or(u64::MAX) {
            return Ok(Some(holder));
        }
        let held = self.held_now(&holder).await?;
        Ok(held.filter(|held| held == name).map(|_| holder))
    }
}

/// The index name in a connector.
fn held_by(connector: &Document) -> Option<String> {
    Collection::CONNECTORS.unique.and_then(|unique| unique(connector))
}

/// The index name in a stored connector.
fn held(source: &str, id: &str) -> Option<String> {
    held_by(&parse(source, id).ok()?)
}

fn taken(index_name: String, connector_id: String) -> StoreError {
    StoreError::IndexNameTaken { index_name, connector_id }
}

/// The id of the connector that reserved a name, and the time in milliseconds since 1970.
fn reserved_by(found: &StoredDocument) -> Option<(String, u64)> {
    let document = Document::parse(&found.source).ok()?;
    let connector = keyword_values(&document, "connector_id").into_iter().next()?;
    let moment = keyword_values(&document, "reserved_at").into_iter().next()?;
    Some((connector, moment.parse().ok()?))
}
