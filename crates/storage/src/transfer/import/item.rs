//! Recognises the JSON objects of the input by their keys.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tributary_domain::{Document, Id, refuse_masks};

use super::super::arrival::{Arrival, without_leading_id};
use super::super::bulk_action;
use super::super::digest::without_blanks;
use crate::Collection;

/// The collection and the id of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) collection: Collection,
    pub(super) id: Id,
}

/// An object of the input.
#[derive(Debug)]
pub(super) enum InputItem {
    /// The action line of a bulk body, before a document.
    Action(Address),
    /// A document and its collection.
    Document(Collection, Arrival),
}

/// An object that is not understood, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misunderstood {
    pub(super) reason: String,
    /// Whether the next object is its document, which has to be skipped.
    pub(super) document_follows: bool,
}

impl From<String> for Misunderstood {
    fn from(reason: String) -> Self {
        Self { reason, document_follows: false }
    }
}

/// The actions of a bulk body.
const ACTIONS: [&str; 4] = ["create", "index", "update", "delete"];

/// Recognises an object; `collection` is for documents without an index.
pub(super) fn recognise(text: &str, collection: Option<Collection>) -> Result<InputItem, Misunderstood> {
    let object = parse(text)?;
    if let Some(action) = action_of(&object) {
        return address_of_action(action, &object, collection);
    }
    if object.contains("_source") || object.contains("_id") {
        let address = address(&object, collection)?;
        let source = object.get_raw("_source").ok_or_else(|| {
            "the hit has no [_source]; ask for hits with the whole source, found documents only".to_owned()
        })?;
        return Ok(document(address, source.get())?);
    }
    let Some(id) = object.get_raw("id") else {
        return Err("this is no action of a bulk body, no hit with [_source], and no document with an [id]"
            .to_owned()
            .into());
    };
    let id = parse_id("id", id)?;
    let collection = collection.ok_or_else(|| {
        "whether this document is a connector or a sync job is not told; say it with --collection connectors \
         or --collection sync-jobs"
            .to_owned()
    })?;
    Ok(arrival(collection, id, without_leading_id(object))?)
}

/// Reads the document that follows an action.
pub(super) fn document(Address { collection, id }: Address, text: &str) -> Result<InputItem, String> {
    arrival(collection, id, parse(text)?)
}

/// A document that can be stored: one that was read by somebody who may not see sensitive values lacks these.
fn arrival(collection: Collection, id: Id, document: Document) -> Result<InputItem, String> {
    refuse_masks(collection, &document).map_err(|refusal| refusal.to_string())?;
    Ok(InputItem::Document(collection, Arrival::new(id, document)))
}

/// Whether the object looks like an action of a bulk body.
fn action_of(object: &Document) -> Option<&str> {
    let mut fields = object.iter();
    match (fields.next(), fields.next()) {
        (Some((name, value)), None) if ACTIONS.contains(&name) && value.get().starts_with('{') => Some(name),
        _ => None,
    }
}

/// Whether the text is an action of a bulk body.
pub(super) fn is_action(text: &str) -> bool {
    let Some(key) = text.strip_prefix('{').and_then(|rest| rest.trim_start().strip_prefix('"')) else {
        return false;
    };
    // A cheap check, so that few documents are parsed twice.
    ACTIONS.iter().any(|action| key.strip_prefix(action).is_some_and(|rest| rest.starts_with('"')))
        && Document::parse(text).is_ok_and(|object| action_of(&object).is_some())
}

fn address_of_action(
    action: &str,
    object: &Document,
    collection: Option<Collection>,
) -> Result<InputItem, Misunderstood> {
    let misunderstood = |reason| Misunderstood { reason, document_follows: action != "delete" };
    if !matches!(action, "create" | "index") {
        let reason = format!("the action [{action}] is not read, only [create] and [index] are");
        return Err(misunderstood(reason));
    }
    let target = object.get_raw(action).map_or("{}", RawValue::get);
    let address = parse(target).and_then(|target| address(&target, collection)).map_err(misunderstood)?;
    Ok(InputItem::Action(address))
}

/// The address in `_index` and `_id`.
fn address(object: &Document, told: Option<Collection>) -> Result<Address, String> {
    let id = object.get_raw("_id").ok_or("there is no [_id]")?;
    let id = parse_id("_id", id)?;
    let index: Option<String> = match object.get_raw("_index") {
        Some(index) => Some(serde_json::from_str(index.get()).map_err(|_| "[_index] must be a string")?),
        None => None,
    };
    let by_index = index.as_deref().and_then(bulk_action::collection_of);
    let collection = match (index, by_index, told) {
        (Some(index), Some(by_index), Some(told)) if by_index != told => {
            return Err(format!("the index [{index}] holds other documents than --collection says"));
        }
        (_, Some(collection), _) | (_, None, Some(collection)) => collection,
        (Some(index), None, None) => {
            return Err(format!(
                "the index [{index}] is none of {}; if it holds connectors or sync jobs all the same, say which \
                 with --collection",
                bulk_action::all_names()
            ));
        }
        (None, None, None) => return Err("there is no [_index], and no --collection either".to_owned()),
    };
    Ok(Address { collection, id })
}

fn parse_id(name: &str, text: &RawValue) -> Result<Id, String> {
    let id: String = serde_json::from_str(text.get()).map_err(|_| format!("[{name}] must be a string"))?;
    Id::parse(name, id).map_err(|refusal| refusal.to_string())
}

/// Parses an object; duplicate keys are an error, since one of the values would be lost.
fn parse(text: &str) -> Result<Document, String> {
    // A formatted value is compacted; a value on one line is kept as it is.
    let text = if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some() {
        match without_blanks(text.as_bytes()) {
            Cow::Owned(compact) => Cow::Owned(String::from_utf8(compact).map_err(|error| error.to_string())?),
            Cow::Borrowed(_) => Cow::Borrowed(text),
        }
    } else {
        Cow::Borrowed(text)
    };
    let Unique(document) = serde_json::from_str(&text).map_err(|error| in_words(&error))?;
    Ok(document)
}

/// What is wrong with a single line, and at which column.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    format!("{reason}, at column {}", error.column())
}

struct Unique(Document);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UniqueVisitor;
        impl<'de> Visitor<'de> for UniqueVisitor {
            type Value = Unique;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Unique, A::Error> {
                let mut document = Document::default();
                while let Some(name) = fields.next_key::<String>()? {
                    let value: Box<RawValue> = fields.next_value()?;
                    if document.contains(&name) {
                        return Err(A::Error::custom(format!("duplicate field [{name}]")));
                    }
                    document.set_raw(&name, value);
                }
                Ok(Unique(document))
            }
        }
        deserializer.deserialize_map(UniqueVisitor)
    }
}
