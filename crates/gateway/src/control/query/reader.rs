//! What reading a query needs: the fields that it can be about, and the shapes of its parts.

use serde_json::{Map, Value};
use tributary_domain::{Collection, FieldKind, IndexedField, Refusal, Timestamp};

/// The name of the id in queries.
const ID: &str = "_id";

/// Reads the queries of one request.
pub(super) struct QueryReader {
    pub(super) collection: Collection,
    /// What `now` in dates is.
    pub(super) now: Timestamp,
    /// How many queries were read.
    pub(super) clauses: usize,
}

/// What a query is about: a declared field, or the id.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Id,
    Field(&'static IndexedField),
}

impl QueryReader {
    /// The field with a path, for a query that looks at its values.
    pub(super) fn target(&self, path: &str, query: &str) -> Result<Target, Refusal> {
        if path == ID {
            return Ok(Target::Id);
        }
        let field = self.collection.field(path).filter(|field| field.difference_of.is_none());
        match field {
            Some(field) if field.kind != FieldKind::Object => Ok(Target::Field(field)),
            _ => Err(refused(format!(
                "[{query}] on the field [{path}] is not served: it is not indexed; indexed are [{}]",
                self.paths().join(", ")
            ))),
        }
    }

    /// The paths of the fields that queries can be about.
    fn paths(&self) -> Vec<&'static str> {
        let is_indexed =
            |field: &&IndexedField| field.kind != FieldKind::Object && field.difference_of.is_none();
        self.collection.fields.iter().filter(is_indexed).map(|field| field.path).collect()
    }
}

/// The only field of an object, without parameters that have no effect here.
pub(super) fn single<'v>(value: &'v Value, what: &str) -> Result<(&'v str, &'v Value), Refusal> {
    let fields =
        value.as_object().ok_or_else(|| refused(format!("{what} must be an object, but was [{value}]")))?;
    let mut names = fields.iter();
    match (names.next(), names.next()) {
        (Some((name, body)), None) => Ok((name, body)),
        (None, _) => Err(refused(format!("{what} must not be empty"))),
        (Some((first, _)), Some((second, _))) => {
            Err(refused(format!("{what} must have one name, but has [{first}] and [{second}]")))
        }
    }
}

pub(super) fn object<'v>(value: &'v Value, query: &str) -> Result<&'v Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| refused(format!("[{query}] must be an object, but was [{value}]")))
}

/// Refuses parameters other than these.
pub(super) fn only(body: &Map<String, Value>, query: &str, known: &[&str]) -> Result<(), Refusal> {
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(refused(format!("[{query}] with [{other}] is not served on control indices"))),
    }
}

pub(super) fn refused(reason: String) -> Refusal {
    Refusal::InvalidArgument(reason)
}
