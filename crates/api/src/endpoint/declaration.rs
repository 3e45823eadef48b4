//! How an endpoint is declared: once, for routing, checks and documentation.

use actix_web::http::Method;
use futures_util::future::LocalBoxFuture;

use super::access::Access;
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

/// What answers a call.
pub(crate) type HandlerFunction = fn(Call) -> LocalBoxFuture<'static, Result<Reply, ApiError>>;

/// What answers a call, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Handler {
    /// Nothing: it has not been declared yet.
    Undeclared,
    /// On the thread that answers requests, unless the body of the request is long.
    Here(HandlerFunction),
    /// Away from the threads that answer requests: it may take long whatever the length of the body is.
    InBackground(HandlerFunction),
}

/// An endpoint of the API. It is declared by what is its own, over a base such as `..connector::CHANGE`.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name in Elasticsearch's API specification, or one in the same manner for an extension.
    pub name: &'static str,
    /// The HTTP method; `HEAD` works wherever `GET` does.
    pub method: Method,
    /// The path, with the names of its parts in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The query parameters, beside the [`COMMON_PARAMETERS`](crate::COMMON_PARAMETERS).
    pub parameters: &'static [Parameter],
    /// The body.
    pub body: Body,
    /// What it answers when it succeeds.
    pub answers: &'static [Answer],
    /// What can be wrong, beside what can be wrong with every request of its kind: see
    /// [`possible_errors`](Self::possible_errors).
    pub errors: &'static [ErrorKind],
    /// One line of documentation.
    pub summary: &'static str,
    /// Whether Elasticsearch has nothing of the kind.
    pub extension: bool,
    pub(crate) handler: Handler,
}

impl Endpoint {
    /// The ground of all declarations: what most endpoints have, and what each has to declare itself.
    pub(crate) const BASE: Self = Self {
        name: "",
        method: Method::GET,
        path: "",
        access: Access::Undeclared,
        parameters: &[],
        body: Body::None,
        answers: &[],
        errors: &[],
        summary: "",
        extension: false,
        handler: Handler::Undeclared,
    };

    /// Fails to compile, in a constant, where something is missing that each endpoint declares itself.
    pub(crate) const fn check_declaration(&self) {
        assert!(!self.name.is_empty() && !self.path.is_empty(), "an endpoint has no name or no path");
        assert!(!matches!(self.access, Access::Undeclared), "an endpoint does not say who may call it");
        assert!(
            !self.answers.is_empty() && !self.summary.is_empty(),
            "an endpoint does not say what it answers"
        );
        assert!(!matches!(self.handler, Handler::Undeclared), "an endpoint has no handler");
    }
}

/// Makes a handler of an `async fn` that takes a [`Call`], or of one that takes something else as well.
macro_rules! handler {
    ($function:ident $(($more:path))?) => {
        $crate::endpoint::Handler::Here(|call| Box::pin($function(call $(, $more)?)))
    };
    ($function:ident $(($more:path))?, in_background) => {
        $crate::endpoint::Handler::InBackground(|call| Box::pin($function(call $(, $more)?)))
    };
}
pub(crate) use handler;
