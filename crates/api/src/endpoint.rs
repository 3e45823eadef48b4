//! How an endpoint is declared: once, for routing, checks and documentation.

use actix_web::http::Method;
use futures_util::future::LocalBoxFuture;
use tributary_domain::{Parameter, ParameterKind};

use crate::call::Call;
use crate::error::{ApiError, ErrorKind};
use crate::reply::Reply;

/// Whether an endpoint takes a body, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// It takes none.
    None,
    /// It takes one, or none; the name is that of the type which describes it.
    Optional(&'static str),
    /// It needs one; the name is that of the type which describes it.
    Required(&'static str),
}

/// What an endpoint answers when it succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, in words or as JSON.
    pub description: &'static str,
}

type Handler = fn(Call) -> LocalBoxFuture<'static, Result<Reply, ApiError>>;

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

/// The query parameters that every endpoint takes.
pub const COMMON_PARAMETERS: &[Parameter] = &[PRETTY, HUMAN, ERROR_TRACE, FILTER_PATH];

/// Makes a handler of an `async fn` that takes a [`Call`].
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}
pub(crate) use handler;
