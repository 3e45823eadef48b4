//! The parameters that order lists of sync jobs.

use tributary_domain::{Collection, Enumeration, Order, Query, Refusal, SortOrder, SyncJobSort};

use crate::parameter::{Arguments, Parameter, ParameterKind};

const ORDER: Parameter = Parameter {
    name: "order",
    kind: ParameterKind::Keyword(SortOrder::WORDS),
    default: Some("asc"),
    description: "asc for the oldest jobs first, or the smallest values of sort; desc for the reverse; an extension.",
};
const SORT: Parameter = Parameter {
    name: "sort",
    kind: ParameterKind::Keyword(SyncJobSort::WORDS),
    default: None,
    description: "What the list is sorted by, jobs without it last and ties by id; without it by created_at, jobs \
                  without that last, with desc first; an extension.",
};

/// The parameters that order lists of sync jobs.
pub(super) const SORTING: &[Parameter] = &[ORDER, SORT];

/// The order that the parameters describe.
pub(super) fn order(arguments: &Arguments) -> Result<Order, Refusal> {
    let direction = arguments.keyword::<SortOrder>(&ORDER)?.unwrap_or(SortOrder::Ascending);
    let sort = arguments.keyword::<SyncJobSort>(&SORT)?;
    let usual = || Query::of(Collection::SYNC_JOBS).order.directed(direction);
    Ok(sort.map_or_else(usual, |sort| sort.order(direction)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameters: &[(&str, &str)]) -> Result<Order, Refusal> {
        let pairs = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        order(&Arguments::collect("/", SORTING.iter(), pairs.collect())?)
    }

    #[test]
    fn lists_are_ordered_as_asked() {
        let usual = Query::of(Collection::SYNC_JOBS).order;
        assert_eq!(order(&Arguments::default()), Ok(usual));
        assert_eq!(parse(&[("order", "asc")]), Ok(usual));
        assert_eq!(parse(&[("order", "DESC")]), Ok(usual.directed(SortOrder::Descending)));
        let by_start = SyncJobSort::StartedAt;
        assert_eq!(parse(&[("sort", "started_at")]), Ok(by_start.order(SortOrder::Ascending)));
        let newest = parse(&[("order", "desc"), ("sort", "Started_At")]);
        assert_eq!(newest, Ok(by_start.order(SortOrder::Descending)));
    }

    #[test]
    fn an_unknown_order_is_refused_with_what_would_be_right() {
        for (name, word, right) in [
            ("order", "newest", "desc"),
            ("order", "", "asc"),
            ("sort", "age", "last_seen"),
            ("sort", "", "created_at"),
        ] {
            let reason = parse(&[(name, word)]).unwrap_err().to_string();
            let parts = [format!("[{name}]"), format!("[{word}]"), right.to_owned()];
            assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
        }
    }
}
