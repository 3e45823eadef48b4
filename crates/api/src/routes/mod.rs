//! The endpoints: one module per resource, one file per operation.

mod connector;
mod docs;
mod health;
mod lines;
mod metrics;
mod openapi;
mod paging;
mod root;
mod secret;
mod security;
mod sync_job;

use crate::endpoint::Endpoint;

/// Every endpoint of the API, in the order of the documentation.
pub const ENDPOINTS: &[&Endpoint] = &[
    &root::ENDPOINT,
    &sync_job::list::ENDPOINT,
    &sync_job::stream::ENDPOINT,
    &sync_job::count::ENDPOINT,
    &sync_job::create::ENDPOINT,
    &sync_job::watch::ENDPOINT,
    &sync_job::get::ENDPOINT,
    &sync_job::delete::ENDPOINT,
    &sync_job::claim::ENDPOINT,
    &sync_job::check_in::ENDPOINT,
    &sync_job::stats::ENDPOINT,
    &sync_job::cancel::ENDPOINT,
    &sync_job::canceled::ENDPOINT,
    &sync_job::complete::ENDPOINT,
    &sync_job::suspend::ENDPOINT,
    &sync_job::error::ENDPOINT,
    &sync_job::retry::ENDPOINT,
    &sync_job::cancel_by_query::ENDPOINT,
    &sync_job::delete_by_query::ENDPOINT,
    &sync_job::retry_by_query::ENDPOINT,
    &connector::list::ENDPOINT,
    &connector::stream::ENDPOINT,
    &connector::put::ENDPOINT,
    &connector::create::PUT_ENDPOINT,
    &connector::create::POST_ENDPOINT,
    &connector::get::ENDPOINT,
    &connector::delete::ENDPOINT,
    &connector::check_in::ENDPOINT,
    &connector::name::ENDPOINT,
    &connector::service_type::ENDPOINT,
    &connector::index_name::ENDPOINT,
    &connector::native::ENDPOINT,
    &connector::status::ENDPOINT,
    &connector::error::ENDPOINT,
    &connector::api_key_id::ENDPOINT,
    &connector::configuration::ENDPOINT,
    &connector::scheduling::ENDPOINT,
    &connector::pipeline::ENDPOINT,
    &connector::features::ENDPOINT,
    &connector::filtering::ENDPOINT,
    &connector::filtering_validation::ENDPOINT,
    &connector::activate_filtering::ENDPOINT,
    &connector::last_sync::ENDPOINT,
    &secret::create::ENDPOINT,
    &secret::get::ENDPOINT,
    &secret::put::ENDPOINT,
    &secret::delete::ENDPOINT,
    &security::create::PUT_ENDPOINT,
    &security::create::POST_ENDPOINT,
    &security::get::ENDPOINT,
    &security::invalidate::ENDPOINT,
    &security::authenticate::ENDPOINT,
    &security::has_privileges::POST_ENDPOINT,
    &security::has_privileges::GET_ENDPOINT,
    &security::has_privileges::POST_OF_USER_ENDPOINT,
    &security::has_privileges::GET_OF_USER_ENDPOINT,
    &health::live::ENDPOINT,
    &health::ready::ENDPOINT,
    &metrics::ENDPOINT,
    &openapi::ENDPOINT,
    &docs::page::ENDPOINT,
    &docs::file::ENDPOINT,
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
            assert!(endpoint.summary.ends_with('.'), "{}", endpoint.name);
            assert!(endpoint.path.starts_with('/'), "{}", endpoint.path);
        }
    }
}
