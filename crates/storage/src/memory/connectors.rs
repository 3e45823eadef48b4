//! The connectors: few beside the sync jobs, kept in the order of their list.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use tributary_domain::{Connector, ConnectorQuery, keyword_values};

use super::operation::{Record, Terms, stored};
use crate::{Page, StoreError, Stored, Version, Versioned};

/// Where a connector stands in the list: those without an index name last, ids among equals.
type Place = (bool, String, String);

#[derive(Debug)]
struct Entry {
    rendered: Bytes,
    connector: Connector,
    sequence: u64,
}

#[derive(Debug, Default)]
pub(super) struct Connectors {
    by_place: BTreeMap<Place, Entry>,
    places: HashMap<String, Place>,
    /// The live connectors that hold each index name: one, unless others wrote into the store.
    holders: BTreeMap<String, Vec<String>>,
}

impl Connectors {
    #[cfg(feature = "embedded")]
    pub(super) fn len(&self) -> u64 {
        self.places.len() as u64
    }

    pub(super) fn get(&self, id: &str) -> Option<Versioned> {
        let entry = self.entry(id)?;
        let version = Version { sequence: entry.sequence, term: 0 };
        Some(Versioned { version, document: entry.rendered.clone() })
    }

    pub(super) fn sequence(&self, id: &str) -> Option<u64> {
        self.entry(id).map(|entry| entry.sequence)
    }

    pub(super) fn check_index_name(&self, id: &str, connector: &Connector) -> Result<(), StoreError> {
        let wanted = connector.held_index_name();
        // A connector that holds the name already may keep it, also where it shares it by mistake.
        if self.entry(id).is_some_and(|present| present.connector.held_index_name() == wanted) {
            return Ok(());
        }
        let holder = wanted.as_ref().and_then(|name| self.holders.get(name)?.first());
        match (wanted, holder) {
            (Some(index_name), Some(connector_id)) => {
                Err(StoreError::IndexNameTaken { index_name, connector_id: connector_id.clone() })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn apply(&mut self, id: &str, record: Option<Record>, sequence: u64) {
        self.remove(id);
        if let Some(Record { rendered, terms: Terms::Connector(connector) }) = record {
            let connector = *connector;
            let name = keyword_values(connector.document(), "index_name").into_iter().min();
            let place = (name.is_none(), name.unwrap_or_default(), id.to_owned());
            if let Some(name) = connector.held_index_name() {
                self.holders.entry(name).or_default().push(id.to_owned());
            }
            self.places.insert(id.to_owned(), place.clone());
            self.by_place.insert(place, Entry { rendered, connector, sequence });
        }
    }

    fn remove(&mut self, id: &str) {
        let Some(entry) = self.places.remove(id).and_then(|place| self.by_place.remove(&place)) else {
            return;
        };
        let Some(name) = entry.connector.held_index_name() else { return };
        if let Some(holders) = self.holders.get_mut(&name) {
            holders.retain(|holder| holder != id);
            if holders.is_empty() {
                self.holders.remove(&name);
            }
        }
    }

    pub(super) fn list(&self, query: &ConnectorQuery) -> Page {
        let mut page = Page::default();
        let window = u64::from(query.from)..u64::from(query.from) + u64::from(query.size);
        for entry in self.by_place.values().filter(|entry| query.matches(&entry.connector)) {
            if window.contains(&page.count) {
                page.documents.push(&entry.rendered);
            }
            page.count += 1;
        }
        page
    }

    /// All of them: they are few, and their places change with their index names.
    pub(super) fn all(&self) -> Vec<Stored> {
        self.by_place.iter().filter_map(|((_, _, id), entry)| stored(id, entry.rendered.clone())).collect()
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.by_place.get(self.places.get(id)?)
    }
}
