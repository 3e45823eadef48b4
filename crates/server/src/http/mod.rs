//! The HTTP server: like `actix_web::HttpServer`, but over the connections of this module.

mod body;
mod connection;
mod file_limit;
mod gate;
mod head;
mod head_timer;
mod pieces;
mod version;
mod write_timer;

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::{Error, web};
use tributary_api::{Api, HeadRefusal};

use crate::settings::Settings;
use connection::{Connection, Limits};
use gate::Gate;

pub(crate) use pieces::in_pieces;
pub(crate) use version::without_chunks_where_unknown;

/// How long closing a connection may take, as in `actix_web::HttpServer`.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves an application on a listener, with the workers and timeouts of the settings. The application must be wrapped
/// by [`answer_refused_heads`] and have the API among its data.
pub(crate) fn serve<F, I, S, B>(
    listener: TcpListener,
    settings: &Settings,
    application: F,
) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::InitError: std::fmt::Debug,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let keep_alive = KeepAlive::Timeout(Duration::from_secs(settings.keep_alive));
    let limits = Limits {
        head_timeout: Duration::from_secs(settings.header_timeout),
        write_timeout: Duration::from_secs(settings.body_timeout),
        // Whatever serves the path refuses a longer one itself.
        body_limit: settings.longest_body() as u64,
    };
    let most = file_limit::connections_within(settings.limits.max_connections);
    let gate = Gate::new(most, true);
    let server = Server::build().shutdown_timeout(settings.shutdown_timeout).disable_signals();
    // A thread accepts more than are served, so that they are answered.
    let mut server = server.max_concurrent_connections(most + gate::ANSWERED_AT_A_TIME + 1);
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    let ending = server.graceful_shutdown_signal();
    let server = server.listen("http", listener, move || {
        let ending = ending.clone();
        let application = application().into_factory().map_err(|error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(keep_alive)
            // The connection has its own timeout, for each head and not only for the first.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(address)
            .h1(map_config(application, |()| AppConfig::default()));
        let served = fn_service(move |stream: TcpStream| async move {
            // Otherwise a large answer waits for the client's delayed acknowledgement: 40 ms.
            stream.set_nodelay(true).map_err(DispatchError::Io)?;
            notice_slow_readers(&stream).map_err(DispatchError::Io)?;
            let peer = stream.peer_addr().ok();
            Ok::<_, DispatchError>((Connection::new(stream, limits), peer))
        })
        .and_then(http);
        gate.clone().before(served)
    })?;
    Ok(server.run())
}

/// Limits the send buffer: one of several MiB would have to be half empty before it is known that a client reads.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn notice_slow_readers(stream: &TcpStream) -> io::Result<()> {
    const MAXIMUM_UNSENT: u32 = 32 * 1024;
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(MAXIMUM_UNSENT)
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn notice_slow_readers(_: &TcpStream) -> io::Result<()> {
    Ok(())
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
