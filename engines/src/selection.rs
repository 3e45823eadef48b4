//! The backends that a test run selects.

use std::env;

/// The variable that names the backends of a run, separated by commas; where it is missing or
/// empty, all are meant.
pub const SELECTION: &str = "TRIBUTARY_TEST_BACKENDS";

/// The names of all backends.
pub const BACKENDS: &[&str] =
    &["memory", "embedded", "opensearch", "opensearch-2", "elasticsearch", "elasticsearch-8"];

/// Whether this run selects a backend.
///
/// # Panics
/// If there is no such backend, or the variable names one that does not exist: either would let
/// tests do nothing and pass.
pub fn selected(backend: &str) -> bool {
    contains(&env::var(SELECTION).unwrap_or_default(), backend)
}

fn contains(selection: &str, backend: &str) -> bool {
    let names: Vec<&str> = selection.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    for name in names.iter().copied().chain([backend]) {
        assert!(BACKENDS.contains(&name), "no backend [{name}]: there are [{}]", BACKENDS.join(", "));
    }
    names.is_empty() || names.contains(&backend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Distribution;

    #[test]
    fn a_selection_is_read() {
        let cases = [
            ("", "memory", true),
            ("", "opensearch", true),
            (" , ", "opensearch", true),
            ("memory", "memory", true),
            ("memory", "embedded", false),
            ("memory, opensearch-2", "opensearch-2", true),
            ("memory, opensearch-2", "opensearch", false),
        ];
        for (selection, backend, expected) in cases {
            assert_eq!(contains(selection, backend), expected, "[{selection}] {backend}");
        }
        assert!(Distribution::ALL.iter().all(|distribution| BACKENDS.contains(&distribution.backend)));
    }

    #[test]
    #[should_panic(expected = "no backend [opensaerch]")]
    fn a_misspelt_selection_is_no_empty_run() {
        contains("opensaerch", "opensearch");
    }

    #[test]
    #[should_panic(expected = "no backend [postgres]")]
    fn a_backend_that_does_not_exist_cannot_be_asked_for() {
        contains("", "postgres");
    }
}
