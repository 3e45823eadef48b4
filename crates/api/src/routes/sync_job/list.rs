//! `GET /_connector/_sync_job`: lists sync jobs.

use tributary_domain::{Collection, Query, SyncJob};
use tributary_service::sync_job;

use super::filter::{FILTERS, NARROWING, filter};
use super::sorting::{SORTING, order};
use crate::answer::{Page, Reply, SOURCE, source};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;
use crate::parameter::{CURSOR, CursorScope, Parameter, ParameterKind};
use crate::routes::paging::Paging;

const FROM: Parameter = Parameter {
    name: "from",
    kind: ParameterKind::Integer,
    default: Some("0"),
    description: "How many of the matching jobs to skip; from and size reach 10,000 at most.",
};
const SIZE: Parameter = Parameter {
    name: "size",
    kind: ParameterKind::Integer,
    default: Some("100"),
    description: "The most jobs to answer.",
};
pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_list",
    path: "/_connector/_sync_job",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[&[FROM, SIZE, CURSOR], FILTERS, SORTING, SOURCE],
    answers: &[Answer {
        status: 200,
        description: "How many jobs match, and those of the page.",
        content: Content::of::<Page<SyncJob>>(include_str!("example/list.json")),
    }],
    summary: "Lists sync jobs in the order of their creation, oldest first unless asked otherwise.",
    handler: handler!(list),
    ..Endpoint::BASE
};

async fn list(call: Call) -> Result<Reply, ApiError> {
    let context = call.context();
    let paging = Paging::parse(&call.arguments, Collection::SYNC_JOBS, [&FROM, &SIZE], NARROWING)?;
    let now = paging.now(&context);
    let filter = filter(&call.arguments, now)?;
    let source = source(&call.arguments)?;
    let order = order(&call.arguments)?;
    let scope = CursorScope::new(Collection::SYNC_JOBS, &filter.conditions, filter.orphaned, order);
    // A wrong cursor is refused before the store is asked for anything.
    let page = paging.page(Query::of(Collection::SYNC_JOBS).ordered(order), &scope)?;
    let query = Query { conditions: filter.query(call.store(), &context).await?.conditions, ..page };
    let page = sync_job::list(call.store(), &context, &query).await?;
    let next = scope.next(now, &page);
    let page = source.page(page).await?;
    Ok(Reply::page(page, next.as_deref()))
}
