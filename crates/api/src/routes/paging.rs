//! Pages of lists: by offset, or one after the other by a cursor.

use tributary_domain::{Collection, Query, Refusal, Timestamp};
use tributary_service::Context;

use crate::parameter::{Arguments, CURSOR, Cursor, CursorScope, MAXIMUM_WINDOW, Parameter};

/// The page that a request asks for.
pub(super) enum Paging {
    /// By offset.
    Offset { from: u32, size: u32 },
    /// The first page, or the one after a document.
    Cursor { cursor: Option<Cursor>, size: u32 },
}

impl Paging {
    /// Reads the parameters; an error names the parameter, its value and what is allowed. `narrowing` names filters to
    /// those whose page would be too far from the start.
    pub(super) fn parse(
        arguments: &Arguments,
        collection: Collection,
        [from, size]: [&Parameter; 2],
        narrowing: &str,
    ) -> Result<Self, Refusal> {
        let Some(token) = arguments.text(&CURSOR) else {
            let (from, size) = arguments.window(from, size, narrowing)?;
            return Ok(Self::Offset { from, size });
        };
        let invalid = |reason: String| Err(Refusal::InvalidArgument(reason));
        if arguments.text(from).is_some() {
            return invalid(
                "parameters [cursor] and [from] exclude each other: the cursor says where to go on".into(),
            );
        }
        let size = arguments.integer(size)?;
        if !(1..=MAXIMUM_WINDOW).contains(&size) {
            return invalid(format!(
                "parameter [size] must be from 1 to {MAXIMUM_WINDOW} with [cursor], but was [{size}]"
            ));
        }
        let cursor = Some(token).filter(|token| !token.is_empty());
        let cursor = cursor.map(|token| Cursor::parse(token, collection)).transpose()?;
        Ok(Self::Cursor { cursor, size })
    }

    /// The moment that relative times count from: that of the first page.
    pub(super) fn now(&self, context: &Context) -> Timestamp {
        match self {
            Self::Cursor { cursor: Some(cursor), .. } => cursor.now,
            _ => context.now(),
        }
    }

    /// The query for the page, unless the cursor is one of another list.
    pub(super) fn page(self, query: Query, scope: &CursorScope) -> Result<Query, Refusal> {
        match self {
            Self::Offset { from, size } => Ok(query.page(from, size)),
            Self::Cursor { cursor, size } => scope.page(query, cursor, size),
        }
    }
}
