//! Lists of connectors, and index names that no two live ones share.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tributary_domain::{Connector, ConnectorQuery, Document, Id, keyword_values};

use super::bulk::{BulkAction, BulkChange};
use super::connection::Connection;
use super::documents::Found;
use super::indices::Prepared;
use super::source::render;
use super::walk::Walk;
use super::wire::{self, Hit, SearchAnswer};
use crate::{Collection, Page, StoreError, Version};

/// How much longer than a change may take a reservation is respected that leads to nothing, for
/// clocks that do not agree.
const MARGIN: Duration = Duration::from_secs(20);
/// How often a name is reserved again that others reserve and free at the same time.
const ATTEMPTS: usize = 20;

/// A name that is reserved, to be freed if nothing comes of it.
#[derive(Debug, Clone)]
struct Reservation {
    name: String,
    version: Version,
}

impl Connection {
    /// A page of connectors. They are few: all are read, and looked at by the rules of the domain.
    pub(super) async fn list_connectors(
        &self,
        prepared: &Prepared,
        query: &ConnectorQuery,
    ) -> Result<Page, StoreError> {
        let index = &prepared.index(Collection::Connectors).name;
        let all = json!({ "match_all": {} });
        let mut walk = Walk::open(self, prepared.dialect, index, all, &[], true).await?;
        let mut found = Vec::new();
        while let Some(portion) = walk
            .next(|hit| {
                let connector = connector(hit.text(), &hit.id)?;
                if !query.matches(&connector) {
                    return Ok(None);
                }
                let name = keyword_values(connector.document(), "index_name").into_iter().min();
                let document = render(hit.text(), &hit.id)?;
                Ok(Some(((name.is_none(), name, hit.id.clone().into_owned()), document)))
            })
            .await?
        {
            found.extend(portion.into_iter().flatten());
        }
        found.sort_by(|(left, _), (right, _)| left.cmp(right));
        let count = found.len() as u64;
        let page = found.into_iter().skip(query.from as usize).take(query.size as usize);
        Ok(Page { count, documents: page.map(|(_, document)| document).collect() })
    }

    /// Writes a connector, under a reservation of the index name that it is to hold.
    pub(super) async fn write_connector(
        &self,
        prepared: &Prepared,
        id: &Id,
        action: &BulkAction,
        connector: &Connector,
    ) -> Result<Version, StoreError> {
        let before = match action.change {
            BulkChange::Create(_) => None,
            _ => self.held_now(prepared, id.as_str()).await?,
        };
        let wanted = connector.held_index_name();
        let reservation = match &wanted {
            Some(name) if wanted != before => Some(self.reserve(prepared, id, name.clone()).await?),
            _ => None,
        };
        let result = self.change(&prepared.index(Collection::Connectors).alias, action).await;
        match (&result, reservation) {
            (Ok(_), _) => {
                if let Some(name) = before.filter(|before| Some(before) != wanted.as_ref()) {
                    self.free_held(prepared, id, name).await;
                }
            }
            // What became of it is not known: the reservation frees itself after a while.
            (Err(StoreError::Unavailable(_)), _) | (_, None) => {}
            (Err(_), Some(reservation)) => self.free(prepared, reservation).await,
        }
        result
    }

    /// Removes a connector, and frees the index name that it held.
    pub(super) async fn delete_connector(
        &self,
        prepared: &Prepared,
        id: &Id,
        action: &BulkAction,
    ) -> Result<Version, StoreError> {
        let held = self.held_now(prepared, id.as_str()).await?;
        let version = self.change(&prepared.index(Collection::Connectors).alias, action).await?;
        if let Some(name) = held {
            self.free_held(prepared, id, name).await;
        }
        Ok(version)
    }

    /// The index name that a connector holds now.
    async fn held_now(&self, prepared: &Prepared, id: &str) -> Result<Option<String>, StoreError> {
        let found = self.find(&prepared.index(Collection::Connectors).name, id).await?;
        Ok(found.and_then(|found| held(&found.source, id)))
    }

    /// Keeps other connectors from the index name that a connector is about to get.
    ///
    /// The name is a document of an index of its own, which only one can create. Whoever has it
    /// without having the name in the connector itself may be about to write that: for as long as a
    /// change may take, it is respected.
    async fn reserve(&self, prepared: &Prepared, id: &Id, name: String) -> Result<Reservation, StoreError> {
        for _ in 0..ATTEMPTS {
            if let Some(holder) = self.holder(prepared, id, &name).await? {
                return Err(taken(name, holder));
            }
            let present = self.find(&prepared.reservations, &name).await?;
            if let Some(present) = &present
                && let Some(holder) = self.respected(prepared, id, &name, present).await?
            {
                return Err(taken(name, holder));
            }
            let source = json!({ "connector_id": id.as_str(), "reserved_at": now() }).to_string();
            let change = match present {
                None => BulkChange::Create(source),
                Some(present) => BulkChange::Replace(present.version, source),
            };
            let action = BulkAction { id: name.clone(), change };
            match self.change(&prepared.reservations, &action).await {
                Ok(version) => return Ok(Reservation { name, version }),
                Err(StoreError::Conflict | StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::unavailable(format!("the index name [{name}] is reserved and freed again and again")))
    }

    /// Frees a name, unless somebody else has it by now.
    async fn free(&self, prepared: &Prepared, reservation: Reservation) {
        let Reservation { name, version } = reservation;
        let freed = self.change(&prepared.reservations, &BulkAction::delete(&name, version)).await;
        match freed {
            Ok(_) | Err(StoreError::Conflict | StoreError::NotFound) => {}
            // It frees itself after a while.
            Err(error) => tracing::warn!(%error, index_name = name, "an index name was not freed"),
        }
    }

    /// Frees the name that a connector gave up.
    async fn free_held(&self, prepared: &Prepared, id: &Id, name: String) {
        let found = self.find(&prepared.reservations, &name).await;
        if let Ok(Some(found)) = found
            && reserved_by(&found).is_some_and(|(holder, _)| holder == id.as_str())
        {
            self.free(prepared, Reservation { name, version: found.version }).await;
        }
    }

    /// Another live connector with this index name.
    async fn holder(&self, prepared: &Prepared, id: &Id, name: &str) -> Result<Option<String>, StoreError> {
        let index = prepared.index(Collection::Connectors);
        let body = json!({ "query": { "term": { index.field("index_name"): name } }, "size": 1_000 });
        let body = self.search(&index.name, &body).await?;
        let answer: SearchAnswer<'_> = wire::read(&body)?;
        let holds =
            |hit: &Hit<'_>| hit.id != id.as_str() && held(hit.text(), &hit.id).as_deref() == Some(name);
        Ok(answer.hits.hits.into_iter().find(|hit| holds(hit)).map(|hit| hit.id.into_owned()))
    }

    /// The connector whose reservation has to be respected.
    async fn respected(
        &self,
        prepared: &Prepared,
        id: &Id,
        name: &str,
        reservation: &Found,
    ) -> Result<Option<String>, StoreError> {
        let Some((holder, reserved_at)) =
            reserved_by(reservation).filter(|(holder, _)| holder != id.as_str())
        else {
            return Ok(None);
        };
        let longest = self.client.deadlines.longest() + MARGIN;
        if now().saturating_sub(reserved_at) < u64::try_from(longest.as_millis()).unwrap_or(u64::MAX) {
            return Ok(Some(holder));
        }
        let held = self.held_now(prepared, &holder).await?;
        Ok(held.filter(|held| held == name).map(|_| holder))
    }
}

/// The name that a stored connector holds.
fn held(source: &str, id: &str) -> Option<String> {
    connector(source, id).ok()?.held_index_name()
}

fn taken(index_name: String, connector_id: String) -> StoreError {
    StoreError::IndexNameTaken { index_name, connector_id }
}

fn connector(source: &str, id: &str) -> Result<Connector, StoreError> {
    Document::parse(source)
        .map(Connector::from)
        .map_err(|error| StoreError::Backend(format!("the connector [{id}]: {error}").into()))
}

/// Who reserved a name, and when in milliseconds since 1970.
fn reserved_by(found: &Found) -> Option<(String, u64)> {
    let document = Document::parse(&found.source).ok()?;
    let connector = keyword_values(&document, "connector_id").into_iter().next()?;
    let moment = keyword_values(&document, "reserved_at").into_iter().next()?;
    Some((connector, moment.parse().ok()?))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
