//! Values that differ between runs: ids, times and digests are compared by their shape, and by their identity within a
//! page.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

static CHANGING: LazyLock<Regex> = LazyLock::new(|| {
    let id = r"(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";
    let time = r"(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)";
    let digest = r"(?<digest>[0-9a-f]{64})";
    Regex::new(&format!("{id}|{time}|{digest}")).unwrap()
});

/// The ids and digests of this run for those printed on the page.
#[derive(Debug, Default)]
pub(crate) struct Known(HashMap<String, String>);

impl Known {
    /// A command of the page with the ids of this run.
    pub(crate) fn fill_in(&self, command: &str) -> String {
        let real =
            |found: &Captures<'_>| self.0.get(&found[0]).map_or_else(|| found[0].to_owned(), Clone::clone);
        CHANGING.replace_all(command, real).into_owned()
    }

    /// Whether an output matches the printed one, apart from varying values; records the new ones.
    pub(crate) fn agrees(&mut self, printed: &str, answered: &str) -> bool {
        let (printed, answered) = (printed.trim_end(), answered.trim_end());
        if masked(printed) != masked(answered) {
            return false;
        }
        CHANGING.captures_iter(printed).zip(CHANGING.captures_iter(answered)).all(|(printed, answered)| {
            let (name, value) = (&printed[0], &answered[0]);
            let known = self.0.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            known == value || printed.name("time").is_some()
        })
    }
}

fn masked(text: &str) -> String {
    let kind = |found: &Captures<'_>| {
        let kinds = ["id", "time", "digest"];
        let kind = kinds.iter().find(|kind| found.name(kind).is_some());
        format!("<{}>", kind.expect("it is one of them"))
    };
    CHANGING.replace_all(text, kind).into_owned()
}

#[test]
fn varying_values_are_compared_by_shape_and_identity() {
    let id = |letter: &str| format!("{}-cb8b-7682-8d94-3d1b17bbb103", letter.repeat(8));
    let mut known = Known::default();
    let both = |first: &str, second: &str| format!("{} {}", id(first), id(second));
    assert!(known.agrees(&both("a", "b"), &both("c", "d")));
    assert_eq!(known.fill_in(&format!("/{}/_claim", id("b"))), format!("/{}/_claim", id("d")));
    assert!(known.agrees(&id("a"), &id("c")), "the same again");
    assert!(!known.agrees(&id("a"), &id("d")), "another where it has to be the same");
    assert!(known.agrees("at 2026-01-02T03:04:05Z", "at 2031-01-02T03:04:05.678Z"));
    assert!(known.agrees("at 2026-01-02T03:04:05Z", "at 2032-01-02T03:04:05.678Z"), "times differ");
    assert!(!known.agrees("at 2026-01-02T03:04:05Z", &id("c")), "another shape");
    assert!(!known.agrees(r#"{"count":1}"#, r#"{"count":2}"#));
    let digest = "0".repeat(64);
    assert!(known.agrees(&digest, &digest));
}
