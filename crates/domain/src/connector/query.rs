//! The list of connectors: its parameters, the query that they become, and its order.

use super::{Connector, IndexName, change::INCLUDE_DELETED};
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::{Document, Refusal, keyword_values};

const fn parameter(name: &'static str, kind: ParameterKind, description: &'static str) -> Parameter {
    Parameter { name, kind, default: None, description }
}

const FROM: Parameter = Parameter {
    default: Some("0"),
    ..parameter(
        "from",
        ParameterKind::Integer,
        "How many of the matching connectors to skip; from and size reach 10,000 at most.",
    )
};
const SIZE: Parameter = Parameter {
    default: Some("100"),
    ..parameter("size", ParameterKind::Integer, "The most connectors to answer.")
};
const INDEX_NAME: Parameter =
    parameter("index_name", ParameterKind::TextList, "Only connectors that write to one of these indices.");
const CONNECTOR_NAME: Parameter =
    parameter("connector_name", ParameterKind::TextList, "Only connectors with one of these names.");
const SERVICE_TYPE: Parameter =
    parameter("service_type", ParameterKind::TextList, "Only connectors of one of these service types.");
const QUERY: Parameter = parameter(
    "query",
    ParameterKind::FreeText,
    "Only connectors with this in their index name, name or description.",
);

/// The query parameters of the list of connectors.
pub const CONNECTOR_LIST_PARAMETERS: &[Parameter] =
    &[FROM, SIZE, INDEX_NAME, CONNECTOR_NAME, SERVICE_TYPE, QUERY, INCLUDE_DELETED];

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
    /// Reads the query from the parameters of a request.
    pub fn parse(arguments: &Arguments) -> Result<Self, Refusal> {
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        let (from, size) =
            arguments.window(&FROM, &SIZE, "[index_name], [connector_name], [service_type] or [query]")?;
        let index_names = arguments.texts(&INDEX_NAME);
        for name in &index_names {
            IndexName::parse(name)?;
        }
        Ok(Self {
            from,
            size,
            index_names: owned(index_names),
            names: owned(arguments.texts(&CONNECTOR_NAME)),
            service_types: owned(arguments.texts(&SERVICE_TYPE)),
            text: arguments.text(&QUERY).filter(|text| !text.is_empty()).map(str::to_owned),
            include_deleted: arguments.boolean(&INCLUDE_DELETED)?,
        })
    }

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
    fn what_no_index_can_be_called_is_refused() {
        let parse = |names: &str| {
            let pairs = vec![("index_name".to_owned(), names.to_owned())];
            ConnectorQuery::parse(&Arguments::collect("/", &[CONNECTOR_LIST_PARAMETERS], pairs).unwrap())
        };
        assert_eq!(parse("search-a, search-b").unwrap().index_names, ["search-a", "search-b"]);
        for (names, part) in
            [("Search", "[Search], must be lowercase"), ("a,se*rch", "[se*rch]"), ("_a", "[_a]")]
        {
            let reason = parse(names).unwrap_err().to_string();
            assert!(reason.contains(part), "{names}: {reason}");
        }
    }

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
