//! How an endpoint is declared: once, for routing, checks and documentation.

use actix_web::http::Method;
use futures_util::future::LocalBoxFuture;

use crate::call::Call;
use crate::content::{Acknowledged, Changed, Content, TriedOrChanged};
use crate::error::{ApiError, ErrorKind};
use crate::parameter::{Parameter, ParameterKind};
use crate::reply::Reply;

/// Whether an endpoint takes a body, and which.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// It takes none.
    None,
    /// It takes one, or none.
    Optional(Content),
    /// It needs one.
    Required(Content),
}

impl Body {
    /// The shape of the body, if there may be one.
    pub fn content(&self) -> Option<&Content> {
        match self {
            Self::None => None,
            Self::Optional(content) | Self::Required(content) => Some(content),
        }
    }

    /// Whether there has to be one.
    pub fn is_required(&self) -> bool {
        matches!(self, Self::Required(_))
    }
}

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

/// What answers a call, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handler {
    pub(crate) answer: fn(Call) -> LocalBoxFuture<'static, Result<Reply, ApiError>>,
    /// Whether it may take long whatever the length of the body is, and so runs away from the threads that
    /// answer requests.
    pub(crate) in_background: bool,
}

/// An endpoint of the API.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name in Elasticsearch's API specification, or one in the same manner for an extension.
    pub name: &'static str,
    /// The HTTP method; `HEAD` works wherever `GET` does.
    pub method: Method,
    /// The path, with the names of its parts in braces.
    pub path: &'static str,
    /// The query parameters, beside the [`COMMON_PARAMETERS`].
    pub parameters: &'static [Parameter],
    /// The body.
    pub body: Body,
    /// What it answers when it succeeds.
    pub answers: &'static [Answer],
    /// What can be wrong, beside what can be wrong with every request.
    pub errors: &'static [ErrorKind],
    /// One line of documentation.
    pub summary: &'static str,
    /// Whether Elasticsearch has nothing of the kind.
    pub extension: bool,
    pub(crate) handler: Handler,
}

pub(crate) const PRETTY: Parameter = Parameter {
    name: "pretty",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the answer is indented for people.",
};
pub(crate) const FILTER_PATH: Parameter = Parameter {
    name: "filter_path",
    kind: ParameterKind::TextList,
    default: None,
    description: "The parts of the answer that are wanted: dotted paths with * for a part of a name and ** for any \
                  number of levels; a leading - leaves a part out.",
};
pub(crate) const HUMAN: Parameter = Parameter {
    name: "human",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Taken for the sake of clients; these answers have no values with a form for people.",
};
pub(crate) const ERROR_TRACE: Parameter = Parameter {
    name: "error_trace",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Taken for the sake of clients; what went wrong inside stands in the log, not in the answer.",
};

pub(crate) const FORMAT: Parameter = Parameter {
    name: "format",
    kind: ParameterKind::Keyword(&[JSON]),
    default: Some(JSON),
    description: "The form of the answer; there is no other.",
};
/// The form of all answers.
pub(crate) const JSON: &str = "json";

/// The query parameters that every endpoint takes.
pub const COMMON_PARAMETERS: &[Parameter] = &[PRETTY, HUMAN, ERROR_TRACE, FILTER_PATH, FORMAT];

/// Makes a handler of an `async fn` that takes a [`Call`], or of one that takes something else as well.
macro_rules! handler {
    ($function:ident $(($more:path))?) => {
        $crate::endpoint::handler!($function $(($more))?, in_background: false)
    };
    ($function:ident $(($more:path))?, in_background) => {
        $crate::endpoint::handler!($function $(($more))?, in_background: true)
    };
    ($function:ident $(($more:path))?, in_background: $in_background:literal) => {
        $crate::endpoint::Handler {
            answer: |call| Box::pin($function(call $(, $more)?)),
            in_background: $in_background,
        }
    };
}
pub(crate) use handler;
