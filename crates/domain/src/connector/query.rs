//! Which connectors a list has.

use super::Connector;
use crate::{Document, keyword_values};

/// Which connectors to list: all conditions must hold, in the order of index names, those without
/// one last, and of ids among equals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectorQuery {
    /// How many of the matching connectors to skip.
    pub from: u32,
    /// The most connectors to answer.
    pub size: u32,
    /// The indices of which one is enough; empty for any.
    pub index_names: Vec<String>,
    /// The names of which one is enough; empty for any.
    pub names: Vec<String>,
    /// The service types of which one is enough; empty for any.
    pub service_types: Vec<String>,
    /// A text that the index name, the name or the description contains.
    pub text: Option<String>,
    /// Whether softly deleted connectors are listed as well.
    pub include_deleted: bool,
}

impl ConnectorQuery {
    /// Whether a connector is wanted.
    pub fn matches(&self, connector: &Connector) -> bool {
        let document = &connector.document;
        let contains_text = |text: &String| {
            ["index_name", "name", "description"]
                .iter()
                .any(|field| keyword_values(document, field).iter().any(|value| value.contains(text)))
        };
        (self.include_deleted || !connector.is_deleted())
            && has_one_of(document, "index_name", &self.index_names)
            && has_one_of(document, "name", &self.names)
            && has_one_of(document, "service_type", &self.service_types)
            && self.text.as_ref().is_none_or(contains_text)
    }
}

fn has_one_of(document: &Document, field: &str, words: &[String]) -> bool {
    words.is_empty() || keyword_values(document, field).iter().any(|value| words.contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_decides() {
        let connector = Connector::from(
            Document::parse(
                r#"{"index_name":"search-a","name":"Alpha","service_type":"s3","description":"one two"}"#,
            )
            .unwrap(),
        );
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let cases = [
            (ConnectorQuery::default(), true),
            (ConnectorQuery { index_names: list(&["x", "search-a"]), ..Default::default() }, true),
            (ConnectorQuery { index_names: list(&["search"]), ..Default::default() }, false),
            (ConnectorQuery { names: list(&["Alpha"]), ..Default::default() }, true),
            (ConnectorQuery { names: list(&["alpha"]), ..Default::default() }, false),
            (
                ConnectorQuery { service_types: list(&["s3"]), names: list(&["B"]), ..Default::default() },
                false,
            ),
            (ConnectorQuery { text: Some("rch-".into()), ..Default::default() }, true),
            (ConnectorQuery { text: Some("lph".into()), ..Default::default() }, true),
            (ConnectorQuery { text: Some("e t".into()), ..Default::default() }, true),
            (ConnectorQuery { text: Some("s3".into()), ..Default::default() }, false),
        ];
        for (query, expected) in cases {
            assert_eq!(query.matches(&connector), expected, "{query:?}");
        }
        let deleted = connector.delete_softly();
        assert!(!ConnectorQuery::default().matches(&deleted));
        assert!(ConnectorQuery { include_deleted: true, ..Default::default() }.matches(&deleted));
    }
}
