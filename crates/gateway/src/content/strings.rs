//! Looks at all strings of a body for names of own indices.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use tributary_api::ApiError;
use tributary_domain::Refusal;

use super::expression::{self, Wildcards};
use super::own_names::OwnNames;
use super::target::names_hidden;

/// The fields whose value is an index expression.
const EXPRESSIONS: &[&str] = &["index", "indices", "_index", "alias", "aliases"];

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'o> {
    pub(super) own: &'o OwnNames,
    /// Whether fields that name indices are looked at as expressions, and how.
    pub(super) expressions: Option<Wildcards>,
}

impl Search<'_> {
    /// Checks a body that is JSON.
    pub(super) fn check(self, body: &[u8]) -> Result<(), ApiError> {
        let mut refused = None;
        let mut reader = serde_json::Deserializer::from_slice(body);
        let node = Node { search: self, field: None, refused: &mut refused };
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
        match (field, self.expressions) {
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
}

/// A value, the field that it stands in, and where to tell what is refused.
struct Node<'n> {
    search: Search<'n>,
    field: Option<&'n str>,
    refused: &'n mut Option<ApiError>,
}

impl Node<'_> {
    fn look<E: de::Error>(&mut self, field: Option<&str>, text: &str) -> Result<(), E> {
        self.search.check_text(field, text).map_err(|error| {
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

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { search, field, refused } = self;
        while items.next_element_seed(Node { search, field, refused: &mut *refused })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            // The names in an object of aliases are its keys.
            let outer = self.field.filter(|field| *field == "aliases");
            self.look(outer, &name)?;
            fields.next_value_seed(Node {
                search: self.search,
                field: Some(&name),
                refused: &mut *self.refused,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_found_wherever_they_stand() {
        let own = OwnNames::new("");
        let strings = Search { own: &own, expressions: None };
        for taken in [
            r#"{"query":{"query_string":{"query":"*"}},"_source":["*"],"size":5,"a":[1.5,-1,null,true]}"#,
            r#"{"query":{"match":{"body":"what about .elastic-connectors?"}}}"#,
            r#"{"docs":[{"_index":"search-a","_id":"1"}]}"#,
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
        let strict = Search { own: &own, expressions: Some(Wildcards::Refused) };
        let lines = Search { own: &own, expressions: Some(Wildcards::RefusedIfDotted) };
        assert!(strict.check(br#"{"actions":[{"add":{"index":"search-*","alias":"a"}}]}"#).is_ok());
        for refused in [
            r#"{"actions":[{"add":{"index":"*","alias":"a"}}]}"#,
            r#"{"actions":[{"add":{"indices":["a",".el*"],"alias":"a"}}]}"#,
            r#"{"actions":[{"remove":{"index":"a","alias":"_all"}}]}"#,
            r#"{"aliases":{".elastic-connectors":{}}}"#,
        ] {
            assert!(strict.check(refused.as_bytes()).is_err(), "{refused}");
        }
        let taken = b"{}\n{\"query\":{}}\n{\"index\":\"*\"}\n{}\n\n{\"index\":[\"a\",\"b*\"]}\n{}";
        assert!(lines.check_lines(taken).is_ok());
        for refused in [
            "{\"index\":\".*\"}\n{}\n",
            "{\"index\":[\"a\",\".elastic-connectors\"]}\n{}\n",
            "{\"index\":\"*\",\"expand_wildcards\":[\"open\",\"hidden\"]}\n{}\n",
            "{}\n{\n",
        ] {
            assert!(lines.check_lines(refused.as_bytes()).is_err(), "{refused}");
        }
    }
}
