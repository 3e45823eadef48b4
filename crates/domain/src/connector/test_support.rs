//! Table tests for accepted and rejected changes of a connector.

use std::fmt::Debug;

use serde::de::DeserializeOwned;

use super::Connector;
use crate::{Document, Refusal, Warned};

/// An accepted change: the stored connector, the body, and the resulting connector.
pub(super) struct Case {
    pub(super) stored: &'static str,
    pub(super) body: &'static str,
    pub(super) becomes: &'static str,
}

pub(super) fn stored(text: &str) -> Connector {
    Connector::from(Document::parse(text).unwrap())
}

/// Checks the result of each change.
pub(super) fn check<B: DeserializeOwned + Debug, C: Into<Warned<Connector>>>(
    cases: &[Case],
    change: impl Fn(Connector, &B) -> Result<C, Refusal>,
) {
    for case in cases {
        let body = serde_json::from_str(case.body).unwrap();
        let changed = change(stored(case.stored), &body);
        let changed = changed.unwrap_or_else(|refusal| panic!("{}: {refusal}", case.body));
        let changed = changed.into().value;
        assert_eq!(changed.document().to_json(), case.becomes, "{} on {}", case.body, case.stored);
    }
}

/// Checks that each body is rejected for the stored connector, with a reason that contains the text.
pub(super) fn refused<B: DeserializeOwned + Debug, C: Debug>(
    on: &str,
    cases: &[(&str, &str)],
    change: impl Fn(Connector, &B) -> Result<C, Refusal>,
) {
    for (body, part) in cases {
        let parsed = serde_json::from_str(body).unwrap();
        let reason = change(stored(on), &parsed).expect_err(body).to_string();
        assert!(reason.contains(part), "{body}: {reason}");
    }
}

/// Checks that each body is accepted for the stored connector, with exactly these warnings.
pub(super) fn warned<B: DeserializeOwned + Debug>(
    on: &str,
    cases: &[(&str, &[&str])],
    change: impl Fn(Connector, &B) -> Result<Warned<Connector>, Refusal>,
) {
    for (body, warnings) in cases {
        let parsed = serde_json::from_str(body).unwrap();
        let changed = change(stored(on), &parsed).unwrap_or_else(|refusal| panic!("{body}: {refusal}"));
        let found: Vec<String> = changed.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(found, *warnings, "{body}");
    }
}
