//! `GET /_connector/_sync_job/_count`: counts sync jobs, by words or by intervals of time.

use tributary_service::sync_job;

use super::filter::{FILTERS, filter};
use super::grouping::{GROUPING, Grouping, grouping};
use crate::answer::{Counted, Reply};
use crate::endpoint::{Access, Answer, Call, Content, Endpoint, Privilege, handler};
use crate::error::ApiError;

pub(in crate::routes) const ENDPOINT: Endpoint = Endpoint {
    name: "connector.sync_job_count",
    path: "/_connector/_sync_job/_count",
    access: Access::Needs(Privilege::MonitorConnector),
    parameters: &[FILTERS, GROUPING],
    answers: &[Answer {
        status: 200,
        description: "How many jobs match, and with `by` how many of them are in each group or interval.",
        content: Content::of::<Counted>(include_str!("example/count.json")),
    }],
    summary: "Counts the sync jobs that match, by words such as their status, or by intervals of time.",
    extension: true,
    // Millions of documents may be looked at.
    handler: handler!(count, in_background),
    ..Endpoint::BASE
};

async fn count(call: Call) -> Result<Reply, ApiError> {
    let context = call.context();
    let filter = filter(&call.arguments, context.now())?;
    let grouping = grouping(&call.arguments)?;
    let (store, query) = (call.store(), filter.query(call.store(), &context).await?);
    let counted = match grouping {
        Grouping::Words { groups, size } => {
            let (names, fields): (Vec<&str>, Vec<&str>) = groups.into_iter().unzip();
            let found = sync_job::count(store, &context, &query, &fields, size).await?;
            Counted::by_words(&names, found)
        }
        Grouping::Interval { field, interval } => {
            Counted::by_interval(sync_job::histogram(store, &context, &query, field, interval).await?)
        }
    };
    Ok(Reply::json(&counted))
}
