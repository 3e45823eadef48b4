//! The declared success responses of endpoints.

use super::content::Content;
use crate::answer::{Acknowledged, Changed, TriedOrChanged};

/// A success response of an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its description, one sentence.
    pub description: &'static str,
    /// Its body.
    pub content: Content,
}

/// A header of a success response.
#[derive(Debug, Clone, Copy)]
pub struct AnswerHeader {
    /// Its name, in lower case.
    pub name: &'static str,
    /// Its meaning, one sentence.
    pub description: &'static str,
}

impl Answer {
    /// The response to a change that is always applied.
    pub(crate) const UPDATED: Self = Self {
        status: 200,
        description: "The change is made.",
        content: Content::of::<Changed>(r#"{"result": "updated"}"#),
    };
    /// The response to a change that may be a no-op.
    pub(crate) const CHANGED: Self = Self {
        description: "The change is made, or everything was like that already: `noop`.",
        ..Self::UPDATED
    };
    /// The response to a change that may be a no-op or a dry run.
    pub(crate) const TRIED_OR_CHANGED: Self = Self {
        description: "The change is made, or everything was like that already: `noop`. With `dry_run` it says what \
                      would have been done, and the warnings.",
        content: Content::of::<TriedOrChanged>(r#"{"result": "updated"}"#),
        ..Self::UPDATED
    };
    /// The response to a deletion.
    pub(crate) const ACKNOWLEDGED: Self = Self {
        status: 200,
        description: "It is deleted.",
        content: Content::of::<Acknowledged>(r#"{"acknowledged": true}"#),
    };
}
