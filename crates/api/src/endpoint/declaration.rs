//! How an endpoint is declared: once, for routing, checks and documentation.

use actix_web::http::Method;
use futures_util::future::LocalBoxFuture;

use super::answers::Answer;
use super::call::Call;
use super::content::Content;
use crate::answer::Reply;
use crate::error::{ApiError, ErrorKind};
use crate::parameter::Parameter;

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
    /// The query parameters, beside the [`COMMON_PARAMETERS`](crate::COMMON_PARAMETERS).
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
