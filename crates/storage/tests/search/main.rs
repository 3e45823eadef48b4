//! The search engine store fulfils the contract over every selected engine.
#![allow(missing_docs, reason = "a test")]

mod dates;
mod foreign;
mod removed;
mod waiting;

use std::sync::Arc;

use tributary_engines::{Distribution, Endpoint, Indices, selected, shared};
use tributary_storage::conformance::{self, Allowances};
use tributary_storage::{BackendSettings, Collection, OpenError, Registry, Store};

/// The server for a backend's name; `None` if it is not selected for this run.
fn server(backend: &str) -> Option<&'static Endpoint> {
    let distribution = Distribution::of_backend(backend).expect("a backend with a server");
    selected(backend).then(|| shared(distribution).expect("the server can be had"))
}

/// Opens the store with the indices of a test.
async fn open(server: &Endpoint, prefix: &str) -> Result<Arc<dyn Store>, OpenError> {
    open_over(server, prefix, &Collection::ALL).await
}

/// Opens the store over some collections, with the indices of a test.
async fn open_over(
    server: &Endpoint,
    prefix: &str,
    collections: &[Collection],
) -> Result<Arc<dyn Store>, OpenError> {
    // Servers on a busy machine are slow; the answers are tested here, not the speed.
    let mut settings = BackendSettings::default()
        .over(collections)
        .with("index_prefix", prefix)
        .with("deadline", "120")
        .with("read_deadline", "120");
    if let (Some(user), Some(password)) = (&server.user, &server.password) {
        settings = settings.with("user", user).with("password", password);
    }
    let url = format!("{}:{}", server.distribution.product.name(), server.url);
    Registry::with_built_in().open_with(&url, &settings).await
}

/// An empty store, with indices of its own.
async fn fresh(indices: &Indices, collections: &[Collection]) -> Arc<dyn Store> {
    open_over(indices.endpoint(), &indices.fresh_prefix(), collections).await.expect("a store")
}

async fn keeps_every_promise(backend: &str) {
    let Some(server) = server(backend) else { return };
    let allowances = Allowances { rejects_odd_documents: true };
    let indices = Indices::new(server);
    conformance::check_promises_with(allowances, |collections| fresh(&indices, collections)).await;
}

fn agrees_with_the_model(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    conformance::check_generated_cases(8, |collections| fresh(&indices, collections));
}

async fn schema_may_change(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = &indices.fresh_prefix();
    conformance::check_schema_change(|collections| async move {
        open_over(server, prefix, collections).await.expect("a store")
    })
    .await;
}

async fn instances_hear_of_each_other(backend: &str) {
    let Some(server) = server(backend) else { return };
    let indices = Indices::new(server);
    let prefix = &indices.fresh_prefix();
    conformance::check_two_instances(|collections| async move {
        open_over(server, prefix, collections).await.expect("a store")
    })
    .await;
}

macro_rules! over {
    ($($module:ident: $backend:literal),*) => {$(
        mod $module {
            #[tokio::test]
            async fn keeps_every_promise() {
                super::keeps_every_promise($backend).await;
            }

            #[test]
            fn agrees_with_the_model() {
                super::agrees_with_the_model($backend);
            }

            #[tokio::test]
            async fn a_schema_may_change() {
                super::schema_may_change($backend).await;
            }

            #[tokio::test]
            async fn instances_hear_of_each_other() {
                super::instances_hear_of_each_other($backend).await;
            }

            #[tokio::test]
            async fn changes_of_other_programs_are_reported() {
                super::waiting::changes_of_other_programs_are_reported($backend).await;
            }

            #[tokio::test]
            async fn a_refused_deletion_is_not_reported() {
                super::waiting::refused_deletion_is_not_told($backend).await;
            }

            #[tokio::test]
            async fn expired_tombstones_are_removed() {
                super::waiting::expired_tombstones_are_removed($backend).await;
            }

            #[tokio::test]
            async fn an_index_of_other_origin_works_unchanged() {
                super::foreign::works_as_it_is($backend).await;
            }

            #[tokio::test]
            async fn pages_of_one_moment_neither_overlap_nor_skip() {
                super::foreign::pages_of_one_moment($backend).await;
            }

            #[tokio::test]
            async fn the_date_table_matches_the_engine() {
                super::dates::table_is_that_of_the_engine($backend).await;
            }

            #[tokio::test]
            async fn the_first_call_after_an_index_was_removed_succeeds() {
                super::removed::first_call_is_served($backend).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn many_calls_through_two_stores_after_an_index_was_removed_succeed() {
                super::removed::many_calls_are_served($backend).await;
            }

            #[tokio::test]
            async fn an_alias_that_was_removed_is_added_again() {
                super::removed::alias_is_added_again($backend).await;
            }

            #[tokio::test]
            async fn fields_that_are_not_indexed_are_added() {
                super::foreign::fields_are_added($backend).await;
            }

            #[tokio::test]
            async fn an_upgrade_that_was_interrupted_is_finished() {
                super::foreign::upgrade_is_finished($backend).await;
            }

            #[tokio::test]
            async fn other_fields_that_cannot_be_queried_are_rejected_by_name() {
                super::foreign::other_fields_are_rejected_by_name($backend).await;
            }

            #[tokio::test]
            async fn lists_are_sorted_by_numbers_of_each_type() {
                super::foreign::numbers_of_each_type_sort($backend).await;
            }

            #[tokio::test]
            async fn new_fields_of_a_large_index_are_indexed_in_the_background() {
                super::foreign::new_fields_of_a_large_index_are_indexed_in_the_background($backend).await;
            }

            #[tokio::test]
            async fn unqueryable_indices_prevent_the_start() {
                super::foreign::unsuitable_is_named($backend).await;
            }
        }
    )*};
}
over! {
    opensearch: "opensearch",
    opensearch_2: "opensearch-2",
    elasticsearch: "elasticsearch",
    elasticsearch_8: "elasticsearch-8"
}
