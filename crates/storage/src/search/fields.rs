//! The indexed names of the fields that queries need, in indices of any origin.

use std::collections::BTreeMap;

use serde_json::Value;
use tributary_domain::{Collection, FieldKind, IndexedField};

use super::mappings::{WHOLE_TEXT, keyword, needed, property};
use super::unready::Unready;

/// How the needed fields of a collection are indexed.
#[derive(Debug, Default)]
pub(super) struct IndexedFields {
    by_path: BTreeMap<&'static str, IndexedName>,
    /// Why queries cannot use a field, by path.
    pub(super) unusable: BTreeMap<&'static str, String>,
}

/// How a field is indexed.
#[derive(Debug)]
struct IndexedName {
    /// The field itself, or a subfield.
    name: String,
    /// The least and the greatest number of its type.
    limits: (i64, i64),
}

/// The mappings that an index lacks, by field path.
pub(super) type Missing = Vec<(&'static str, Value)>;

impl IndexedFields {
    /// The indexed name of a field.
    pub(super) fn name<'a>(&'a self, path: &'a str) -> &'a str {
        self.by_path.get(path).map_or(path, |field| field.name.as_str())
    }

    /// The least and the greatest number that a field can have.
    pub(super) fn limits(&self, path: &str) -> (i64, i64) {
        self.by_path.get(path).map_or((i64::MIN, i64::MAX), |field| field.limits)
    }
}

/// How the needed fields are indexed, and the missing mappings. Only fields without which nearly no query works make an
/// index unsuitable as a whole.
pub(super) fn fields(
    name: &str,
    collection: Collection,
    described: &Value,
) -> Result<(IndexedFields, Missing), Unready> {
    let mut fields = IndexedFields::default();
    let mut missing = Missing::new();
    for field in needed(collection) {
        let path = field.path;
        let mut limits = (i64::MIN, i64::MAX);
        let suffix = match mapping(&described["mappings"], path) {
            FieldMapping::Nothing => {
                let mapping = property(collection, field);
                let suffix = suffix(&mapping, field.kind).unwrap_or_default();
                missing.push((path, mapping));
                Ok(suffix)
            }
            FieldMapping::Mapping(mapping) => {
                match (suffix(mapping, field.kind), with_whole_text(mapping, field)) {
                    (Some(suffix), _) => {
                        limits = number_limits(mapping, &suffix);
                        Ok(suffix)
                    }
                    (None, Some(mapping)) => {
                        missing.push((path, mapping));
                        Ok(format!(".{WHOLE_TEXT}"))
                    }
                    (None, None) => Err(unsuitable(name, path, mapping, type_name(field.kind))),
                }
            }
            FieldMapping::NoObject(parent, mapping) => Err(unsuitable(name, parent, mapping, "object")),
        };
        match suffix {
            Ok(suffix) => {
                let name = format!("{path}{suffix}");
                fields.by_path.insert(path, IndexedName { name, limits });
            }
            Err(reason) if is_required(collection, path) => return Err(Unready::Unsuitable(reason)),
            Err(reason) => drop(fields.unusable.insert(path, reason)),
        }
    }
    Ok((fields, missing))
}

/// Whether a field is one that plain lists use: that of the order, or one of those that are often filtered together.
pub(super) fn is_required(collection: Collection, path: &str) -> bool {
    collection.order == Some(path) || collection.pairs.as_flattened().contains(&path)
}

/// The mapping of a field in an index.
enum FieldMapping<'a> {
    Nothing,
    Mapping(&'a Value),
    /// A parent of the field that cannot have searchable fields, with its mapping.
    NoObject(&'a str, &'a Value),
}

/// Finds the mapping of a field by its path.
fn mapping<'a>(root: &'a Value, path: &'a str) -> FieldMapping<'a> {
    let mut place = root;
    let mut reached = 0;
    for part in path.split('.') {
        if !is_searchable_object(place) {
            return FieldMapping::NoObject(path[..reached].trim_end_matches('.'), place);
        }
        match place.pointer(&format!("/properties/{part}")) {
            Some(inner) => place = inner,
            None => return FieldMapping::Nothing,
        }
        reached += part.len() + 1;
    }
    FieldMapping::Mapping(place)
}

/// Whether the fields of an object are indexed as parts of the document.
fn is_searchable_object(mapping: &Value) -> bool {
    mapping["enabled"] != false && mapping.get("type").is_none_or(|name| name == "object")
}

fn unsuitable(index: &str, path: &str, mapping: &Value, wanted: &str) -> String {
    let path = if path.is_empty() { "_doc" } else { path };
    // The mapping may be large.
    let mapping = mapping.as_object().into_iter().flatten().filter(|(_, value)| !value.is_object());
    let mapping: Vec<String> = mapping.map(|(name, value)| format!("{name}: {value}")).collect();
    format!(
        "the index [{index}] has the field [{path}] as [{}], which cannot be queried as [{wanted}]; reindex it into an \
         index with the right mapping",
        mapping.join(", "),
    )
}

/// The mapping type in which values of this kind are indexed exactly.
const fn type_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Keyword | FieldKind::Text => "keyword",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::Number => "long",
        FieldKind::Object => "object",
    }
}

/// The other mapping types of whole numbers that sort and compare like `long`, with the limits of their numbers. Of `short`
/// and `byte`, Elasticsearch answers sort values of documents without one that its own queries do not find.
const SMALLER_NUMBERS: [(&str, i64, i64); 1] = [("integer", i32::MIN as i64, i32::MAX as i64)];

/// The least and the greatest number of a mapping, or of a subfield of it.
fn number_limits(mapping: &Value, suffix: &str) -> (i64, i64) {
    let mapping = suffix.strip_prefix('.').map_or(mapping, |part| &mapping["fields"][part]);
    let known = SMALLER_NUMBERS.into_iter().find(|(name, ..)| mapping["type"] == *name);
    known.map_or((i64::MIN, i64::MAX), |(_, least, greatest)| (least, greatest))
}

/// The suffix of the field's name under which its values are indexed exactly.
fn suffix(mapping: &Value, kind: FieldKind) -> Option<String> {
    let is_right = |mapping: &Value| {
        let name = &mapping["type"];
        let is_smaller = || SMALLER_NUMBERS.iter().any(|(smaller, ..)| name == smaller);
        (name == type_name(kind) || (kind == FieldKind::Number && is_smaller()))
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

/// The mapping of a text field with the missing subfield.
fn with_whole_text(mapping: &Value, field: &IndexedField) -> Option<Value> {
    if field.kind != FieldKind::Text || mapping["type"] != "text" {
        return None;
    }
    let mut mapping = mapping.clone();
    mapping["fields"][WHOLE_TEXT] = keyword();
    Some(mapping)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tributary_domain::CollectionSchema;

    use super::super::mappings::properties;
    use super::*;

    const NOTES: Collection = Collection::new(&CollectionSchema {
        name: "notes",
        index_alias: "notes",
        fields: &[IndexedField::text("text").filtered(), IndexedField::number("length").sorted()],
        ..CollectionSchema::BASE
    });

    fn described(properties: &Value) -> Value {
        json!({ "mappings": { "properties": properties } })
    }

    #[test]
    fn fields_are_found_whatever_made_the_index() {
        let jobs = Collection::SYNC_JOBS;
        let others = needed(jobs).filter(|field| !field.path.starts_with("connector."));
        let mut mapped = properties(others.map(|field| (field.path, property(jobs, field))));
        mapped["job_type"] = json!({ "type": "text", "fields": { "keyword": { "type": "keyword" } } });
        mapped["connector"] = json!({ "properties": {} });
        let (fields, missing) = fields("i", jobs, &described(&mapped)).unwrap();
        assert_eq!(fields.name("status"), "status");
        assert_eq!(fields.name("job_type"), "job_type.keyword");
        let paths: Vec<&str> = missing.iter().map(|(path, _)| *path).collect();
        assert_eq!(paths, ["connector.id", "connector.index_name", "connector.service_type"]);
        assert_eq!(properties(missing)["connector"]["properties"]["id"]["type"], "keyword");
    }

    #[test]
    fn texts_are_indexed_as_a_whole_too() {
        let whole = json!({ "type": "keyword", "ignore_above": 8_191 });
        for (mapped, expected, added) in [
            (json!({}), "text.keyword", Some(json!({ "type": "text", "fields": { "keyword": whole } }))),
            (
                json!({ "text": { "type": "text", "analyzer": "a", "fields": { "x": { "type": "text" } } } }),
                "text.keyword",
                Some(json!({
                    "type": "text", "analyzer": "a", "fields": { "x": { "type": "text" }, "keyword": whole },
                })),
            ),
            (json!({ "text": { "type": "text", "fields": { "raw": whole } } }), "text.raw", None),
            (json!({ "text": whole }), "text", None),
        ] {
            let (fields, missing) = fields("i", NOTES, &described(&mapped)).unwrap();
            assert_eq!(fields.name("text"), expected);
            let text = missing.into_iter().find(|(path, _)| *path == "text");
            assert_eq!(text.map(|(_, mapping)| mapping), added);
        }
    }

    #[test]
    fn what_cannot_be_queried_is_named() {
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
            let reason = match fields("an-index", Collection::SYNC_JOBS, &described(&properties)) {
                Err(Unready::Unsuitable(reason)) => reason,
                other => panic!("{other:?}"),
            };
            assert!(["[an-index]", field, why].iter().all(|part| reason.contains(part)), "{reason}");
        }
        let whole = json!({ "mappings": { "enabled": false } });
        assert!(matches!(fields("i", Collection::SYNC_JOBS, &whole), Err(Unready::Unsuitable(_))));
    }
    #[test]
    fn other_fields_are_only_unusable() {
        let mut mapped = properties(needed(Collection::SYNC_JOBS).map(|field| {
            let mapping = property(Collection::SYNC_JOBS, field);
            (field.path, mapping)
        }));
        mapped["error"] = json!({ "type": "text" });
        mapped["completed_at"] = json!({ "type": "keyword" });
        mapped["indexed_document_count"] = json!({ "type": "integer" });
        let (fields, missing) = fields("an-index", Collection::SYNC_JOBS, &described(&mapped)).unwrap();
        assert!(missing.is_empty());
        assert_eq!(fields.unusable.keys().copied().collect::<Vec<_>>(), ["completed_at", "error"]);
        let reason = &fields.unusable["error"];
        let parts = ["[an-index]", "[error]", r#"[type: "text"]"#, "[keyword]", "reindex"];
        assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
        assert_eq!(fields.limits("indexed_document_count"), (-2_147_483_648, 2_147_483_647));
        assert_eq!(fields.limits("created_at"), (i64::MIN, i64::MAX));
    }
}
