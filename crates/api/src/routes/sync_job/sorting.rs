//! The parameters that order lists of sync jobs.

use tributary_domain::{Collection, Enumeration, Order, Query, Refusal, SortOrder};

use crate::parameter::{Arguments, Parameter, ParameterKind};

const ORDER: Parameter = Parameter {
    name: "order",
    kind: ParameterKind::Keyword(SortOrder::WORDS),
    default: Some("asc"),
    description: "asc for the oldest jobs first, desc for the newest first; an extension.",
};

/// The parameters that order lists of sync jobs.
pub(super) const SORTING: &[Parameter] = &[ORDER];

/// The order that the parameters describe.
pub(super) fn order(arguments: &Arguments) -> Result<Order, Refusal> {
    let direction = arguments.keyword::<SortOrder>(&ORDER)?.unwrap_or(SortOrder::Ascending);
    Ok(Query::of(Collection::SYNC_JOBS).order.directed(direction))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(order_word: &str) -> Result<Order, Refusal> {
        let pairs = vec![("order".to_owned(), order_word.to_owned())];
        order(&Arguments::collect("/", SORTING.iter(), pairs)?)
    }

    #[test]
    fn lists_are_ordered_as_asked() {
        let usual = Query::of(Collection::SYNC_JOBS).order;
        assert_eq!(order(&Arguments::default()), Ok(usual));
        assert_eq!(parse("asc"), Ok(usual));
        assert_eq!(parse("DESC"), Ok(usual.directed(SortOrder::Descending)));
        for word in ["newest", ""] {
            let reason = parse(word).unwrap_err().to_string();
            assert!(
                reason.contains("[order]")
                    && reason.contains(&format!("[{word}]"))
                    && reason.contains("desc"),
                "{reason}"
            );
        }
    }
}
