//! What endpoints answer when they succeed, as it is declared.

use super::content::Content;
use crate::answer::{Acknowledged, Changed, TriedOrChanged};

/// What an endpoint answers when it succeeds.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What it says, in a sentence.
    pub description: &'static str,
    /// Its body.
    pub content: Content,
}

impl Answer {
    /// The answer to a change that is always made.
    pub(crate) const UPDATED: Self = Self {
        status: 200,
        description: "The change is made.",
        content: Content::of::<Changed>(r#"{"result": "updated"}"#),
    };
    /// The answer to a change that may leave everything as it was.
    pub(crate) const CHANGED: Self = Self {
        description: "The change is made, or everything was like that already: `noop`.",
        ..Self::UPDATED
    };
    /// The answer to a change that may leave everything as it was, and may only be tried.
    pub(crate) const TRIED_OR_CHANGED: Self = Self {
        description: "The change is made, or everything was like that already: `noop`. With `dry_run` it says what \
                      would have been done, and the warnings.",
        content: Content::of::<TriedOrChanged>(r#"{"result": "updated"}"#),
        ..Self::UPDATED
    };
    /// The answer to a deletion.
    pub(crate) const ACKNOWLEDGED: Self = Self {
        status: 200,
        description: "It is deleted.",
        content: Content::of::<Acknowledged>(r#"{"acknowledged": true}"#),
    };
}
