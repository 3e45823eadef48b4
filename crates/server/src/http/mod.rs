//! The HTTP server: like `actix_web::HttpServer`, but over the connections of this module.

mod body;
mod connection;
mod file_limit;
mod gate;
mod head;
mod head_timer;
mod http2;
mod open_connections;
mod pieces;
mod plan;
mod secure;
mod version;
mod write_timer;

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_http::Request;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::{Error, web};
use futures_util::future::FutureExt as _;
use tributary_api::{Api, HeadRefusal};

use crate::settings::Settings;
use crate::tls::Acceptor;
use connection::{Connection, Limits};
use gate::Gate;
use plan::{Plan, prepare};

pub(crate) use gate::RefusedConnections;
pub(crate) use open_connections::OpenConnections;
pub(crate) use pieces::in_pieces;
pub(crate) use version::without_chunks_where_unknown;

/// What is listened on.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    /// TLS, where it is spoken.
    pub(crate) acceptor: Option<Acceptor>,
    pub(crate) open_connections: OpenConnections,
    pub(crate) refused_connections: RefusedConnections,
}

/// Serves an application on a port, with the workers and timeouts of the settings. The application must be wrapped by
/// [`answer_refused_heads`] and have the API among its data.
pub(crate) fn serve<F, I, S, B>(port: Port, settings: &Settings, application: F) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::InitError: std::fmt::Debug,
    B: MessageBody + 'static,
{
    let Port { listener, acceptor, open_connections, refused_connections } = port;
    let address = listener.local_addr()?;
    let keep_alive = Duration::from_secs(settings.keep_alive);
    let limits = Limits {
        head_timeout: Duration::from_secs(settings.header_timeout),
        write_timeout: Duration::from_secs(settings.body_timeout),
        // Whatever serves the path refuses a longer one itself.
        body_limit: settings.longest_body() as u64,
    };
    let most = file_limit::connections_within(settings.limits.max_connections);
    let gate = Gate::new(most, acceptor.is_none(), refused_connections);
    let server = Server::build().shutdown_timeout(settings.shutdown_timeout).disable_signals();
    // A thread accepts more than are served, so that they are answered.
    let mut server = server.max_concurrent_connections(most + gate::ANSWERED_AT_A_TIME + 1);
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    let ending = server.graceful_shutdown_signal();
    // Each worker makes its own.
    let plan = move || {
        let (ending, open_connections) = (ending.clone(), open_connections.clone());
        let ending = Rc::new(move || {
            let ending = ending.clone();
            async move { ending.notified().await }.boxed_local()
        });
        Plan { address, limits, keep_alive, open_connections, ending }
    };
    let server = match acceptor {
        None => server.listen("http", listener, move || gate.clone().before(plain(&plan(), &application)))?,
        Some(acceptor) => server.listen("https", listener, move || {
            gate.clone().before(secure::service(plan(), acceptor.clone(), &application))
        })?,
    };
    Ok(server.run())
}

/// Serves an application on connections without TLS.
fn plain<F, I, S, B>(
    plan: &Plan,
    application: &F,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
+ use<F, I, S, B>
where
    F: Fn() -> I,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::InitError: std::fmt::Debug,
    B: MessageBody + 'static,
{
    let http = plan.http1(application());
    let (limits, open_connections) = (plan.limits, plan.open_connections.clone());
    fn_service(move |stream: TcpStream| {
        let open = open_connections.open();
        async move {
            prepare(&stream)?;
            let peer = stream.peer_addr().ok();
            Ok::<_, DispatchError>((Connection::new(stream, limits, open), peer))
        }
    })
    .and_then(http)
}

/// Answers the placeholder requests of rejected heads.
pub(crate) async fn answer_refused_heads(
    api: web::Data<Api>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let reason = request.headers().get(head::REFUSED).and_then(|reason| reason.to_str().ok());
    match reason.and_then(|reason| reason.parse::<HeadRefusal>().ok()) {
        Some(refusal) => {
            let response = api.refuse_head(request.request(), refusal);
            Ok(request.into_response(response).map_into_right_body())
        }
        None => next.call(request).await.map(ServiceResponse::map_into_left_body),
    }
}
