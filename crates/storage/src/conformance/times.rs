//! Promises about times in every notation that search engines parse, or in none.

use tributary_domain::{DATE_FIELD_CASES, Document, Query, SortOrder};

use super::promise::{document, id, list_of_promises};
use crate::{Collection, Deadline, Store, StoreExt as _};

list_of_promises![pages_are_in_the_order_of_time_whatever_its_notation];

/// Jobs with all times of the table, and one without any, in the expected order of the list.
fn jobs() -> Vec<(String, Document)> {
    let times = DATE_FIELD_CASES.iter().map(|(value, milliseconds)| {
        (milliseconds.unwrap_or(i64::MAX), document(&format!(r#"{{"created_at":{value}}}"#)))
    });
    let times = times.chain([(i64::MAX, document("{}"))]);
    // The order of the ids is unrelated to that of the table.
    let mut jobs: Vec<_> = (0_u32..)
        .zip(times)
        .map(|(number, (milliseconds, job))| (milliseconds, format!("{:03}", number * 619 % 997), job))
        .collect();
    jobs.sort_by(|(left, left_id, _), (right, right_id, _)| (left, left_id).cmp(&(right, right_id)));
    jobs.into_iter().map(|(_, id, job)| (id, job)).collect()
}

async fn pages_are_in_the_order_of_time_whatever_its_notation(store: &dyn Store) {
    let jobs = jobs();
    let mut expected: Vec<String> = jobs.iter().map(|(name, job)| job.render(name)).collect();
    // Stored in reverse.
    let documents = jobs.into_iter().rev().map(|(name, job)| (id(&name), job)).collect();
    for result in store.create_many(Collection::SYNC_JOBS, documents).await {
        result.expect("created");
    }
    for order in [SortOrder::Ascending, SortOrder::Descending] {
        for size in [7_u16, 100] {
            let mut seen = Vec::new();
            for from in (0..=u32::try_from(expected.len()).expect("few jobs")).step_by(size.into()) {
                let all = Query::of(Collection::SYNC_JOBS);
                let directed = all.order.directed(order);
                let query = all.ordered(directed).page(from, size.into());
                let page = store.list(&query, Deadline::NONE).await.expect("listed");
                assert_eq!(page.count, expected.len() as u64);
                seen.extend(page.documents.iter().map(|text| String::from_utf8_lossy(text).into_owned()));
            }
            assert_eq!(seen, expected, "{order}, pages of {size}");
        }
        expected.reverse();
    }
}
