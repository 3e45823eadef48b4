//! `GET /_connector`: lists connectors.

use tributary_domain::{Collection, Connector, IndexName, Query, Refusal, connector_fields};
use tributary_service::connector;

use super::INCLUDE_DELETED;
use crate::answer::{Page, Reply, SOURCE, source};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::parameter::{Arguments, CURSOR, CursorScope, Parameter, ParameterKind};
use crate::routes::paging::Paging;

const FROM: Parameter = Parameter {
    default: Some("0"),
    ..Parameter::new(
        "from",
        ParameterKind::Integer,
        "How many of the matching connectors to skip; from and size reach 10,000 at most.",
    )
};
const SIZE: Parameter = Parameter {
    default: Some("100"),
    ..Parameter::new("size", ParameterKind::Integer, "The most connectors to answer.")
};
const INDEX_NAME: Parameter = Parameter::new(
    "index_name",
    ParameterKind::TextList,
    "Only connectors that write to one of these indices.",
);
const CONNECTOR_NAME: Parameter =
    Parameter::new("connector_name", ParameterKind::TextList, "Only connectors with one of these names.");
const SERVICE_TYPE: Parameter =
    Parameter::new("service_type", ParameterKind::TextList, "Only connectors of one of these service types.");
const QUERY: Parameter = Parameter::new(
    "query",
    ParameterKind::FreeText,
    "Only connectors with this in their index name, name or description.",
);

/// The parameters that select connectors.
pub(super) const FILTERS: &[Parameter] = &[INDEX_NAME, CONNECTOR_NAME, SERVICE_TYPE, QUERY, INCLUDE_DELETED];

/// Examples of filters, for messages about lists that are too long.
const NARROWING: &str = "[index_name], [connector_name], [service_type] or [query]";

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.list",
    path: "/_connector",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[&[FROM, SIZE, CURSOR], FILTERS, SOURCE],
    answers: &[Answer {
        status: 200,
        description: "How many connectors match, and those of the page.",
        content: Content::of::<Page<Connector>>(include_str!("example/list.json")),
    }],
    summary: "Lists connectors in the order of their index names, those without one last.",
    handler: handler!(list),
    ..Endpoint::BASE
};

async fn list(call: Call) -> Result<Reply, ApiError> {
    let context = call.context();
    let paging = Paging::parse(&call.arguments, Collection::CONNECTORS, [&FROM, &SIZE], NARROWING)?;
    let now = paging.now(&context);
    let query = query(&call.arguments)?;
    let source = source(&call.arguments)?;
    let scope = CursorScope::new(Collection::CONNECTORS, &query.conditions, (), query.order);
    let query = paging.page(query, &scope)?;
    let page = connector::list(call.store(), &context, &query).await?;
    let next = scope.next(now, &page);
    let page = source.page(page).await?;
    Ok(Reply::page(page, next.as_deref()))
}

/// The query of the first connectors that the parameters describe.
pub(super) fn query(arguments: &Arguments) -> Result<Query, Refusal> {
    let index_names = arguments.texts(&INDEX_NAME);
    for name in &index_names {
        IndexName::parse(name)?;
    }
    let query = Query::of(Collection::CONNECTORS)
        .any_of(connector_fields::INDEX_NAME, index_names)
        .any_of(connector_fields::NAME, arguments.texts(&CONNECTOR_NAME))
        .any_of(connector_fields::SERVICE_TYPE, arguments.texts(&SERVICE_TYPE));
    let contains = arguments.text(&QUERY).filter(|text| !text.is_empty()).map(Connector::contains);
    let is_live = (!arguments.boolean(&INCLUDE_DELETED)?).then(Connector::is_live);
    Ok(contains.into_iter().chain(is_live).fold(query, Query::with))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_index_can_be_called_is_refused() {
        let parse = |names: &str| {
            let pairs = vec![("index_name".to_owned(), names.to_owned())];
            query(&Arguments::collect("/", ENDPOINT.own_parameters(), pairs).unwrap())
        };
        let expected = Query::of(Collection::CONNECTORS)
            .any_of(connector_fields::INDEX_NAME, ["search-a", "search-b"])
            .with(Connector::is_live());
        assert_eq!(parse("search-a, search-b"), Ok(expected));
        for (names, part) in
            [("Search", "[Search], must be lowercase"), ("a,se*rch", "[se*rch]"), ("_a", "[_a]")]
        {
            let reason = parse(names).unwrap_err().to_string();
            assert!(reason.contains(part), "{names}: {reason}");
        }
    }
}
