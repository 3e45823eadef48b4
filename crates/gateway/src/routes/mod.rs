//! The endpoints of the gateway: one file per operation.

mod bulk;
mod bulk_lines;
mod cluster_health;
mod count;
mod create;
mod delete;
mod get;
mod guard;
mod index;
mod license;
mod mapping;
mod nodes;
mod parameters;
mod refresh;
mod search;
mod update;
mod write;
mod write_answer;
mod xpack;

use tributary_api::Endpoint;

/// Every endpoint of the gateway, in the order of the documentation.
pub const ENDPOINTS: &[&Endpoint] = &[
    &index::GET_ENDPOINT,
    &index::PUT_ENDPOINT,
    &mapping::GET_ENDPOINT,
    &mapping::PUT_ENDPOINT,
    &refresh::POST_ENDPOINT,
    &refresh::GET_ENDPOINT,
    &search::POST_ENDPOINT,
    &search::GET_ENDPOINT,
    &count::POST_ENDPOINT,
    &count::GET_ENDPOINT,
    &get::ENDPOINT,
    &write::PUT_ENDPOINT,
    &write::POST_ENDPOINT,
    &write::NEW_ENDPOINT,
    &create::PUT_ENDPOINT,
    &create::POST_ENDPOINT,
    &update::ENDPOINT,
    &delete::ENDPOINT,
    &bulk::POST_ENDPOINT,
    &bulk::PUT_ENDPOINT,
    &license::ENDPOINT,
    &xpack::ENDPOINT,
    &cluster_health::ENDPOINT,
    &nodes::ENDPOINT,
    &nodes::HTTP_ENDPOINT,
    &nodes::ALL_HTTP_ENDPOINT,
];

const _: () = Endpoint::check_declarations(ENDPOINTS);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn declarations_do_not_contradict_each_other() {
        let mut seen = HashSet::new();
        for endpoint in ENDPOINTS {
            assert!(seen.insert((endpoint.method.clone(), endpoint.path)), "{} twice", endpoint.path);
            assert!(endpoint.summary.ends_with('.') && endpoint.path.starts_with('/'), "{}", endpoint.path);
            assert_eq!(
                endpoint.choices.is_some(),
                endpoint.path.contains("{control_index}"),
                "{}",
                endpoint.path
            );
        }
    }
}
