//! The control indices of the gateway, held against real engines: what is sent to both has to be answered alike.
//!
//! The reference is the index that the search store makes in the engine, and the gateway stands over the embedded store.
//! Each comparison is a test for each engine, named after both, such as `like_opensearch::searches`.
#![allow(missing_docs, reason = "a test")]

mod bulks;
mod documents;
mod queries;
mod refusals;
mod searches;
mod sides;
mod steps;
mod updates;

use libtest_mimic::{Arguments, Trial};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tributary_engines::{Distribution, selected};

use sides::Sides;

/// The engines that serve as a reference.
const ENGINES: &[&str] = &["opensearch", "elasticsearch"];

/// A check of both sides, with its name.
type Check = (&'static str, fn(&Sides));

/// What is compared.
const COMPARISONS: &[Check] = &[
    ("searches", searches::searches),
    ("sorted_searches", searches::sorted_searches),
    ("updates", updates::updates),
    ("bulks", bulks::bulks),
    ("refusals", refusals::like_the_engine),
];

/// What has no counterpart in an engine.
const RULES: &[Check] = &[
    ("statuses_are_steps", steps::statuses_are_steps),
    ("bad_input_is_refused", refusals::in_the_shape_of_errors),
];

/// Plays a number of generated cases.
fn generated<S: proptest::strategy::Strategy>(
    cases: u32,
    strategy: &S,
    check: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    TestRunner::new(config).run(strategy, check).unwrap_or_else(|error| panic!("{error}"));
}

fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: String, backend: &'static str, check: fn(&Sides)| {
        trials.push(Trial::test(name, move || {
            let distribution = Distribution::of_backend(backend).expect("a backend with a server");
            check(&Sides::start(distribution));
            Ok(())
        }));
    };
    for backend in ENGINES.iter().filter(|backend| selected(backend)) {
        for (name, check) in COMPARISONS {
            add(format!("like_{backend}::{name}"), backend, *check);
        }
    }
    for backend in ENGINES.iter().filter(|backend| selected(backend)).take(1) {
        for (name, check) in RULES {
            add((*name).to_owned(), backend, *check);
        }
    }
    trials
}

fn main() {
    libtest_mimic::run(&Arguments::from_args(), trials()).exit();
}
