//! What is looked for in a body that is received as a whole.

use tributary_api::ApiError;

use super::allowed::Looked;
use super::expression::Wildcards;
use super::needs::Need;
use super::own_names::OwnNames;
use super::processors;
use super::rights::Rights;
use super::strings::Search;

/// What a body must not name.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyCheck<'c> {
    pub(super) own: &'c OwnNames,
    pub(super) rights: &'c Rights,
    /// What the caller needs of the indices that are named.
    pub(super) naming: &'c Need,
    /// Whether the parameters of the request ask for hidden indices.
    pub(super) wants_hidden: bool,
}

impl BodyCheck<'_> {
    /// Checks an unpacked body.
    pub(super) fn check(self, looked: Looked, body: &[u8]) -> Result<(), ApiError> {
        let Self { own, rights, naming, wants_hidden } = self;
        let search = |expressions| Search { own, expressions, rights, need: naming };
        match looked {
            Looked::Nothing | Looked::Actions | Looked::Cursors => Ok(()),
            _ if body.trim_ascii().is_empty() => Ok(()),
            Looked::Strings => search(None).check(body),
            // What the lines name is looked for as the parameters say.
            Looked::Lines if wants_hidden => search(Some(Wildcards::Refused)).check_lines(body),
            Looked::Expressions => search(Some(Wildcards::Refused)).check(body),
            Looked::Lines => search(Some(Wildcards::RefusedIfDotted)).check_lines(body),
            Looked::Processors => {
                search(None).check(body)?;
                processors::check(own, rights, body)
            }
        }
    }
}
