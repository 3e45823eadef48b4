//! The declaration of an endpoint.

use actix_web::http::Method;
use futures_util::future::LocalBoxFuture;

use tributary_domain::Privilege;

use super::access::Access;
use super::answers::{Answer, AnswerHeader};
use super::call::Call;
use super::content::Content;
use super::request_header::RequestHeader;
use crate::answer::Reply;
use crate::body::BodyForm;
use crate::error::{ApiError, ErrorKind};
use crate::parameter::Parameter;

/// Whether an endpoint accepts a body, and which.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// No body.
    None,
    /// An optional body.
    Optional(Content),
    /// A required body.
    Required(Content),
    /// A required body of JSON texts, one a line.
    Lines(Content),
}

impl Body {
    /// The schema of the body, if one is accepted.
    pub fn content(&self) -> Option<&Content> {
        match self {
            Self::None => None,
            Self::Optional(content) | Self::Required(content) | Self::Lines(content) => Some(content),
        }
    }

    /// How the body is read.
    pub(crate) fn form(&self) -> BodyForm {
        match self {
            Self::None => BodyForm::None,
            Self::Optional(_) | Self::Required(_) => BodyForm::Json,
            Self::Lines(_) => BodyForm::Lines,
        }
    }

    /// Whether a body is required.
    pub fn is_required(&self) -> bool {
        matches!(self, Self::Required(_) | Self::Lines(_))
    }
}

/// The handler of a call.
pub type HandlerFunction = fn(Call) -> LocalBoxFuture<'static, Result<Reply, ApiError>>;

/// The handler of a call, and where it runs.
#[derive(Debug, Clone, Copy)]
pub enum Handler {
    /// Not declared yet.
    Undeclared,
    /// Runs on the server's threads, unless the body of the request is large.
    Here(HandlerFunction),
    /// Runs in the background: it may take long whatever the size of the body.
    InBackground(HandlerFunction),
}

/// An endpoint of the API. It is declared by what is specific to it, over a base such as `..connector::CHANGE`.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name in Elasticsearch's API specification, or a name of the same form for an extension.
    pub name: &'static str,
    /// The HTTP method; `HEAD` works wherever `GET` does.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The values of a path parameter, if it has a few: other values are other paths.
    pub choices: Option<PathChoices>,
    /// Who may call it.
    pub access: Access,
    /// Groups of query parameters, in addition to the [`COMMON_PARAMETERS`](crate::COMMON_PARAMETERS).
    pub parameters: &'static [&'static [Parameter]],
    /// Request headers, in addition to those of every endpoint.
    pub headers: &'static [RequestHeader],
    /// The body.
    pub body: Body,
    /// The success responses.
    pub answers: &'static [Answer],
    /// Headers that a success response may have, in addition to those of all responses.
    pub answer_headers: &'static [AnswerHeader],
    /// Errors in addition to those common to all requests of its kind: see [`possible_errors`](Self::possible_errors).
    pub errors: &'static [ErrorKind],
    /// One line of documentation.
    pub summary: &'static str,
    /// Whether it is an extension that Elasticsearch does not have.
    pub extension: bool,
    /// What answers it.
    pub handler: Handler,
}

/// The values of a path parameter.
#[derive(Debug, Clone, Copy)]
pub struct PathChoices {
    /// The name of the parameter, as in the path.
    pub parameter: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

impl Endpoint {
    /// The base of all declarations: common defaults, and placeholders for what each endpoint must declare.
    pub const BASE: Self = Self {
        name: "",
        method: Method::GET,
        path: "",
        choices: None,
        access: Access::Undeclared,
        parameters: &[],
        headers: &[],
        body: Body::None,
        answers: &[],
        answer_headers: &[],
        errors: &[],
        summary: "",
        extension: false,
        handler: Handler::Undeclared,
    };

    /// Its query parameters, without those of every endpoint.
    pub fn own_parameters(&self) -> impl Iterator<Item = &'static Parameter> + Clone + use<> {
        self.parameters.iter().copied().flatten()
    }

    /// Whether it tells whether the service is well, which no limit may hide.
    pub(crate) fn is_health(&self) -> bool {
        self.name.starts_with("health.")
    }

    /// Whether it changes nothing, so that it can be refused after its answer is known.
    pub(crate) fn only_reads(&self) -> bool {
        self.method == Method::GET || self.access == Access::Needs(Privilege::MonitorConnector)
    }

    /// In a constant, fails to compile if an endpoint lacks something that no base can provide.
    ///
    /// # Panics
    /// If a placeholder was left.
    pub const fn check_declarations(endpoints: &[&Self]) {
        let mut place = 0;
        while place < endpoints.len() {
            endpoints[place].check_declaration();
            place += 1;
        }
    }

    const fn check_declaration(&self) {
        assert!(!self.name.is_empty() && !self.path.is_empty(), "an endpoint has no name or no path");
        assert!(!matches!(self.access, Access::Undeclared), "an endpoint does not say who may call it");
        assert!(
            !self.answers.is_empty() && !self.summary.is_empty(),
            "an endpoint does not say what it answers"
        );
        assert!(!matches!(self.handler, Handler::Undeclared), "an endpoint has no handler");
    }
}

/// Makes a handler from an `async fn` that takes a [`Call`], or additional arguments.
macro_rules! handler {
    ($function:ident $(($more:path))?) => {
        $crate::endpoint::Handler::Here(|call| Box::pin($function(call $(, $more)?)))
    };
    ($function:ident $(($more:path))?, in_background) => {
        $crate::endpoint::Handler::InBackground(|call| Box::pin($function(call $(, $more)?)))
    };
}
pub(crate) use handler;
