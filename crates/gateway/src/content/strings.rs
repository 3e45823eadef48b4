//! Looks at all strings of a body for names of own indices.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use tributary_api::ApiError;
use tributary_domain::Refusal;

use super::expression::{self, Wildcards};
use super::needs::{self, Need};
use super::own_names::OwnNames;
use super::rights::Rights;
use super::target::names_hidden;

/// The fields whose value is an index expression.
const EXPRESSIONS: &[&str] = &["index", "indices", "_index", "alias", "aliases"];
/// The fields that name another index in any request, beside aliases.
const NAMING: &[&str] = &["index", "indices", "_index"];
/// The field of a runtime mapping that names the index to look values up in.
const LOOKED_UP: &str = "target_index";
/// A part of a query that reads the index of this name unless it names another.
const SHAPE: (&str, &str) = ("indexed_shape", "shapes");
/// The field with the id of a point in time to search in.
const POINT_IN_TIME: &str = "id";
/// A query whose own query is a text that is encoded, so that it cannot be looked at.
const ENCODED_QUERY: (&str, &str) = ("wrapper", "query");

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'o> {
    pub(super) own: &'o OwnNames,
    /// Whether fields that name indices are looked at as expressions, and how.
    pub(super) expressions: Option<Wildcards>,
    /// What the caller may do.
    pub(super) rights: &'o Rights,
    /// What it needs of the indices that are named.
    pub(super) need: &'o Need,
}

impl Search<'_> {
    /// Checks a body that is JSON.
    pub(super) fn check(self, body: &[u8]) -> Result<(), ApiError> {
        let mut refused = None;
        let mut reader = serde_json::Deserializer::from_slice(body);
        let node = Node { search: self, field: None, depth: 0, refused: &mut refused };
        let read = node.deserialize(&mut reader).and_then(|()| reader.end());
        match (refused, read) {
            (Some(refused), _) => Err(refused),
            (None, Ok(())) => Ok(()),
            (None, Err(error)) => Err(Refusal::MalformedBody(format!(
                "the body has to be JSON, without comments, to be passed on: {error}"
            ))
            .into()),
        }
    }

    /// Checks a body of lines of JSON.
    pub(super) fn check_lines(self, body: &[u8]) -> Result<(), ApiError> {
        let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines.into_iter().try_for_each(|line| self.check(line))
    }

    fn check_text(self, field: Option<&str>, text: &str) -> Result<(), ApiError> {
        expression::in_text(self.own, text)?;
        let field = field.map(snake_case);
        if let Some(field) = &field {
            self.check_rights(field, text)?;
        }
        match (field.as_deref(), self.expressions) {
            (Some(POINT_IN_TIME), _) if self.is_of_own_index(text) => Err(ApiError::OwnIndex(
                "the [id] is that of a point in time of an index of this service".to_owned(),
            )),
            (Some("expand_wildcards"), Some(_)) if names_hidden(text) => Err(ApiError::OwnIndex(
                "[expand_wildcards] asks for hidden indices, among which are those of this service"
                    .to_owned(),
            )),
            (Some(field), Some(wildcards)) if EXPRESSIONS.contains(&field) => {
                expression::in_body(self.own, text, wildcards)
            }
            _ => Ok(()),
        }
    }

    /// Whether a text is the id of a point in time of an own index: engines encode the names of the indices in it.
    fn is_of_own_index(self, text: &str) -> bool {
        let id = text.trim_end_matches('=');
        URL_SAFE_NO_PAD.decode(id).is_ok_and(|id| self.own.resembles_own(&String::from_utf8_lossy(&id)))
    }

    /// Checks that the caller may do with an index what the request does with it. A field of documents with the name of
    /// one that names indices cannot be told from it.
    fn check_rights(self, field: &str, text: &str) -> Result<(), ApiError> {
        let is_strict = self.expressions == Some(Wildcards::Refused);
        match field {
            LOOKED_UP => self.rights.check(&needs::SEARCH, text),
            _ if NAMING.contains(&field) => self.rights.check(self.need, text),
            _ if is_strict && EXPRESSIONS.contains(&field) => self.rights.check(self.need, text),
            _ => Ok(()),
        }
    }

    /// Checks the name of a field, which can stand for more.
    fn check_name(self, name: &str) -> Result<(), ApiError> {
        if snake_case(name) == SHAPE.0 { self.rights.check(&needs::SEARCH, SHAPE.1) } else { Ok(()) }
    }

    /// Checks an empty list, or nothing, in place of names: engines take it for all indices.
    fn check_empty(self, field: Option<&str>) -> Result<(), ApiError> {
        match field.map(snake_case) {
            Some(field) if self.expressions.is_some() && EXPRESSIONS.contains(&field.as_str()) => {
                Err(Refusal::InvalidArgument(format!("[{field}] is empty, it needs names")).into())
            }
            _ => Ok(()),
        }
    }
}

/// The keys of an object `aliases` further inside are the fields of documents.
static EVERYTHING: Rights = Rights::everything();

/// The name of a field as it is compared: engines take `expandWildcards` for `expand_wildcards` in some places.
fn snake_case(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_uppercase() && !folded.is_empty() && !folded.ends_with('_') {
            folded.push('_');
        }
        folded.extend(letter.to_lowercase());
    }
    folded
}

/// A value, the field that it stands in, and where to tell what is refused.
struct Node<'n> {
    search: Search<'n>,
    field: Option<&'n str>,
    /// How many objects it is in.
    depth: usize,
    refused: &'n mut Option<ApiError>,
}

impl Node<'_> {
    fn look<E: de::Error>(&mut self, field: Option<&str>, text: &str) -> Result<(), E> {
        let checked = self.search.check_text(field, text);
        self.told(checked)
    }

    /// Tells what is refused beside the error of the reader, which is for malformed JSON.
    fn told<E: de::Error>(&mut self, checked: Result<(), ApiError>) -> Result<(), E> {
        checked.map_err(|error| {
            *self.refused = Some(error);
            E::custom("refused")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        let field = self.field;
        self.look(field, text)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: de::Error>(mut self) -> Result<(), E> {
        let checked = self.search.check_empty(self.field);
        self.told(checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let (search, field, depth) = (self.search, self.field, self.depth);
        let mut is_empty = true;
        while items.next_element_seed(Node { search, field, depth, refused: &mut *self.refused })?.is_some() {
            is_empty = false;
        }
        let checked = if is_empty { search.check_empty(field) } else { Ok(()) };
        self.told(checked)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            // The names in an object of aliases are its keys.
            let outer = self.field.filter(|field| *field == "aliases");
            let search = self.search;
            let search = if self.depth == 1 { search } else { Search { rights: &EVERYTHING, ..search } };
            let checked = search.check_text(outer, &name).and_then(|()| self.search.check_name(&name));
            self.told(checked)?;
            if self.field == Some(ENCODED_QUERY.0) && name == ENCODED_QUERY.1 {
                self.told(Err(ApiError::OwnIndex(
                    "a [wrapper] query is not passed on: what it encodes could name indices of this service; give the \
                     query itself"
                        .to_owned(),
                )))?;
            }
            fields.next_value_seed(Node {
                search: self.search,
                field: Some(&name),
                depth: self.depth + 1,
                refused: &mut *self.refused,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::rights::tests::rights;
    use super::*;

    #[test]
    fn own_names_are_found_wherever_they_stand() {
        let own = OwnNames::new("");
        let strings = Search { own: &own, expressions: None, rights: &EVERYTHING, need: &needs::SEARCH };
        for taken in [
            r#"{"query":{"query_string":{"query":"*"}},"_source":["*"],"size":5,"a":[1.5,-1,null,true]}"#,
            r#"{"query":{"match":{"body":"what about .elastic-connectors?"}}}"#,
            r#"{"docs":[{"_index":"search-a","_id":"1"}]}"#,
            r#"{"properties":{"wrapper":{"type":"keyword"}},"index":[],"indices":null}"#,
        ] {
            assert!(strings.check(taken.as_bytes()).is_ok(), "{taken}");
        }
        for refused in [
            r#"{"query":{"terms":{"a":{"index":".elastic-connectors-v1","id":"1","path":"x"}}}}"#,
            r#"{"docs":[{"_index":"a"},{"_index":"\u002eelastic-connectors"}]}"#,
            r#"{"indices_boost":[{".elastic-connectors":2}]}"#,
            r#"{"a":{"index":"x","index":".elastic-connectors"}}"#,
            r#"{"_index":"<.elastic-{now{'x'}}>"}"#,
            r#"{"a":["b",["c",".TRIBUTARY-leases"]]}"#,
            r#"{"query":{"bool":{"must":[{"wrapper":{"query":"eyJ0ZXJtcyI6e319"}}]}}}"#,
            r#"{"query":{"\u0077rapper":{"boost":1,"query":"eyJ0ZXJtcyI6e319"}}}"#,
            r#"{"docs":[{"_index":"bb16-.tributary-secrets-v1"}]}"#,
            r#"{"pit":{"id":"o9mFQQEgLmVsYXN0aWMtY29ubmVjdG9ycy1zeW5jLWpvYnMtdjEWZURhYQ==","keep_alive":"1m"}}"#,
        ] {
            assert_eq!(strings.check(refused.as_bytes()).unwrap_err().status(), 400, "{refused}");
            assert!(matches!(strings.check(refused.as_bytes()), Err(ApiError::OwnIndex(_))), "{refused}");
        }
        for malformed in ["", "{", "{} {}", "/* */ {}", "a: b", "\u{feff}{}"] {
            assert!(matches!(strings.check(malformed.as_bytes()), Err(ApiError::Refused(_))), "{malformed}");
        }
    }

    #[test]
    fn expressions_are_looked_at_where_indices_are_named() {
        let own = OwnNames::new("");
        let strict = Search {
            own: &own,
            expressions: Some(Wildcards::Refused),
            rights: &EVERYTHING,
            need: &needs::CHANGE_ALIASES,
        };
        let lines = Search { expressions: Some(Wildcards::RefusedIfDotted), ..strict };
        assert!(strict.check(br#"{"actions":[{"add":{"index":"search-*","alias":"a"}}]}"#).is_ok());
        for refused in [
            r#"{"actions":[{"add":{"index":"*","alias":"a"}}]}"#,
            r#"{"actions":[{"add":{"indices":["a",".el*"],"alias":"a"}}]}"#,
            r#"{"actions":[{"remove":{"index":"a","alias":"_all"}}]}"#,
            r#"{"aliases":{".elastic-connectors":{}}}"#,
            r#"{"actions":[{"remove":{"indices":[],"alias":"a"}}]}"#,
            r#"{"actions":[{"remove":{"index":",","alias":"a"}}]}"#,
        ] {
            assert!(strict.check(refused.as_bytes()).is_err(), "{refused}");
        }
        let taken = b"{}\n{\"query\":{}}\n{\"index\":\"*\"}\n{}\n\n{\"index\":[\"a\",\"b*\"]}\n{}";
        assert!(lines.check_lines(taken).is_ok());
        for refused in [
            "{\"index\":\".*\"}\n{}\n",
            "{\"index\":[\"a\",\".elastic-connectors\"]}\n{}\n",
            "{\"index\":\"*\",\"expand_wildcards\":[\"open\",\"hidden\"]}\n{}\n",
            "{\"index\":\"*\",\"expandWildcards\":\"all\"}\n{}\n",
            "{\"expandWildcards\":[\"open\",\"hidden\"]}\n{}\n",
            "{\"index\":[]}\n{}\n",
            "{\"indices\":[]}\n{}\n",
            "{\"index\":\"\"}\n{}\n",
            "{\"index\":\",\"}\n{}\n",
            "{\"index\":[\"a\",\"\"]}\n{}\n",
            "{\"index\":null}\n{}\n",
            "{}\n{\n",
        ] {
            assert!(lines.check_lines(refused.as_bytes()).is_err(), "{refused}");
        }
    }

    #[test]
    fn what_a_body_names_has_to_be_covered() {
        let own = OwnNames::new("");
        let rights = rights(&[], &[("search-*", &["all"])]);
        let search = Search { own: &own, expressions: None, rights: &rights, need: &needs::SEARCH };
        let strict = Search { expressions: Some(Wildcards::Refused), need: &needs::CHANGE_ALIASES, ..search };
        for (body, is_covered) in [
            (r#"{"docs":[{"_index":"search-a"}],"query":{"term":{"a":"foreign"}}}"#, true),
            (r#"{"docs":[{"_index":"search-a"},{"_index":"foreign"}]}"#, false),
            (r#"{"query":{"terms":{"a":{"index":"foreign","id":"1","path":"b"}}}}"#, false),
            (r#"{"query":{"terms":{"a":{"index":"search-b","id":"1","path":"b"}}}}"#, true),
            (r#"{"query":{"more_like_this":{"like":[{"_index":"foreign","_id":"1"}]}}}"#, false),
            (r#"{"query":{"geo_shape":{"a":{"indexed_shape":{"id":"1"}}}}}"#, false),
            (r#"{"runtime_mappings":{"a":{"type":"lookup","target_index":"foreign"}}}"#, false),
            (
                r#"{"settings":{"index":{"number_of_shards":1}},"mappings":{"properties":{"index":{"type":"text"}}}}"#,
                true,
            ),
        ] {
            assert_eq!(search.check(body.as_bytes()).is_ok(), is_covered, "{body}");
            assert_eq!(strict.check(body.as_bytes()).is_ok(), is_covered, "{body}");
        }
        for (body, is_covered) in [
            (r#"{"actions":[{"add":{"index":"search-a","alias":"search-b"}}]}"#, true),
            (r#"{"actions":[{"add":{"index":"foreign","alias":"search-b"}}]}"#, false),
            (r#"{"actions":[{"add":{"index":"search-a","alias":"foreign"}}]}"#, false),
            (r#"{"actions":[{"add":{"indices":["search-a","foreign"],"alias":"search-b"}}]}"#, false),
            (r#"{"actions":[{"remove_index":{"index":"foreign"}}]}"#, false),
            (r#"{"aliases":{"search-b":{}}}"#, true),
            (r#"{"aliases":{"foreign":{}}}"#, false),
            (r#"{"mappings":{"properties":{"aliases":{"type":"keyword"}}}}"#, true),
        ] {
            assert_eq!(strict.check(body.as_bytes()).is_ok(), is_covered, "{body}");
        }
    }
}
