//! Under which names the fields that queries need are indexed, whoever made the index.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::indices::Unready;
use super::mappings::{IndexShape, Kind};

/// Names under which the needed fields are indexed, by their paths.
pub(super) type Fields = BTreeMap<&'static str, String>;

/// Under which names the needed fields are indexed, and which are not indexed yet.
pub(super) fn fields(
    name: &str,
    shape: IndexShape,
    described: &Value,
) -> Result<(Fields, Vec<&'static str>), Unready> {
    let mut fields = Fields::new();
    let mut missing = Vec::new();
    for (path, kind) in (shape.needed)() {
        let suffix = match mapping(&described["mappings"], path) {
            Found::Nothing => {
                missing.push(path);
                String::new()
            }
            Found::Mapping(mapping) => {
                suffix(mapping, kind).ok_or_else(|| unsuitable(name, path, mapping, kind))?
            }
            Found::NoObject(parent, mapping) => return Err(unsuitable(name, parent, mapping, Kind::Object)),
        };
        fields.insert(path, format!("{path}{suffix}"));
    }
    Ok((fields, missing))
}

/// What an index has for a field.
enum Found<'a> {
    Nothing,
    Mapping(&'a Value),
    /// The part of the path that can have no fields that are searched, with its mapping.
    NoObject(&'a str, &'a Value),
}

/// Looks for the mapping of a field, by its path.
fn mapping<'a>(root: &'a Value, path: &'a str) -> Found<'a> {
    let mut place = root;
    let mut reached = 0;
    for part in path.split('.') {
        if !is_searchable_object(place) {
            return Found::NoObject(path[..reached].trim_end_matches('.'), place);
        }
        match place.pointer(&format!("/properties/{part}")) {
            Some(inner) => place = inner,
            None => return Found::Nothing,
        }
        reached += part.len() + 1;
    }
    Found::Mapping(place)
}

/// Whether the fields of an object are indexed as parts of the document.
fn is_searchable_object(mapping: &Value) -> bool {
    mapping["enabled"] != false && mapping.get("type").is_none_or(|name| name == "object")
}

fn unsuitable(index: &str, path: &str, mapping: &Value, wanted: Kind) -> Unready {
    let path = if path.is_empty() { "_doc" } else { path };
    // What it is made of may be long.
    let mapping = mapping.as_object().into_iter().flatten().filter(|(_, value)| !value.is_object());
    let mapping: Vec<String> = mapping.map(|(name, value)| format!("{name}: {value}")).collect();
    Unready::Unsuitable(format!(
        "the index [{index}] has the field [{path}] as [{}], which cannot be queried as [{}]; reindex it into an \
         index with the right mapping",
        mapping.join(", "),
        wanted.name()
    ))
}

/// What to append to the name of a field to find its values as they are.
fn suffix(mapping: &Value, kind: Kind) -> Option<String> {
    let is_right = |mapping: &Value| {
        mapping["type"] == kind.name()
            && mapping["index"] != false
            && mapping["doc_values"] != false
            && mapping.get("normalizer").is_none()
    };
    if is_right(mapping) {
        return Some(String::new());
    }
    let parts = mapping.get("fields")?.as_object()?;
    let right = parts.iter().find(|(_, mapping)| is_right(mapping));
    right.map(|(part, _)| format!(".{part}"))
}

/// The body that adds mappings for fields.
pub(super) fn missing_mapping(shape: IndexShape, missing: &[&str]) -> Value {
    let mut properties = json!({});
    for path in missing {
        let mut place = &mut properties;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            place = if parts.peek().is_some() { &mut place[part]["properties"] } else { &mut place[part] };
        }
        *place = shape.property(path).unwrap_or_default();
    }
    json!({ "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Collection;
    use crate::search::mappings;

    fn described(properties: &Value) -> Value {
        json!({ "mappings": { "properties": properties } })
    }

    #[test]
    fn fields_are_found_whatever_made_the_index() {
        let shape = mappings::shape(Collection::SyncJobs);
        let others =
            (shape.needed)().into_iter().map(|(path, _)| path).filter(|path| *path != "connector.id");
        let mut index = json!({ "mappings": missing_mapping(shape, &others.collect::<Vec<_>>()) });
        let properties = &mut index["mappings"]["properties"];
        properties["job_type"] = json!({ "type": "text", "fields": { "keyword": { "type": "keyword" } } });
        properties["connector"] = json!({ "properties": {} });
        let (fields, missing) = fields("i", shape, &index).unwrap();
        assert_eq!(fields["status"], "status");
        assert_eq!(fields["job_type"], "job_type.keyword");
        assert_eq!(missing, ["connector.id"]);
        assert_eq!(
            missing_mapping(shape, &missing)["properties"]["connector"]["properties"]["id"]["type"],
            "keyword"
        );
    }

    #[test]
    fn what_cannot_be_queried_is_named() {
        let shape = mappings::shape(Collection::SyncJobs);
        let disabled = json!({ "type": "object", "enabled": false });
        let cases = [
            (json!({ "created_at": { "type": "text" } }), "[created_at]", "text"),
            (json!({ "status": { "type": "keyword", "doc_values": false } }), "[status]", "doc_values"),
            (json!({ "status": { "type": "keyword", "normalizer": "n" } }), "[status]", "normalizer"),
            (json!({ "connector": disabled }), "[connector]", "enabled"),
            (json!({ "connector": { "type": "nested", "properties": {} } }), "[connector]", "nested"),
            (json!({ "connector": { "type": "keyword" } }), "[connector]", "keyword"),
            (json!({ "connector": { "properties": { "id": disabled } } }), "[connector.id]", "enabled"),
        ];
        for (properties, field, why) in cases {
            let reason = match fields("an-index", shape, &described(&properties)) {
                Err(Unready::Unsuitable(reason)) => reason,
                other => panic!("{other:?}"),
            };
            assert!(["[an-index]", field, why].iter().all(|part| reason.contains(part)), "{reason}");
        }
        let whole = json!({ "mappings": { "enabled": false } });
        assert!(matches!(fields("i", shape, &whole), Err(Unready::Unsuitable(_))));
    }
}
