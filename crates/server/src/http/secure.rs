//! Connections over TLS: the handshake, then HTTP/1.1 or HTTP/2 as it chose.

use std::net::SocketAddr;
use std::rc::Rc;

use actix_http::Request;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, fn_factory, fn_service};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::rt::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::connection::Connection;
use super::http2;
use super::plan::{Plan, prepare};
use crate::tls::{Acceptor, Secured};

/// The transport of HTTP/1.1: with TLS, or without it for the answer to plain HTTP.
type Transport = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// The protocol of HTTP/2 in the handshake.
const HTTP2: &[u8] = b"h2";

/// Serves an application on connections over TLS.
pub(super) fn service<F, I, S, B>(
    plan: Plan,
    acceptor: Acceptor,
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
    let http1 = Rc::new(plan.http1::<Transport, _, _, _>(application()));
    let http2 = Rc::new(application().into_factory());
    fn_factory(move || {
        let (http1, http2) = (Rc::clone(&http1), Rc::clone(&http2));
        let (plan, acceptor) = (plan.clone(), acceptor.clone());
        async move {
            let http1 = Rc::new(http1.new_service(()).await?);
            let http2 = http2.new_service(AppConfig::default()).await;
            let http2 = Rc::new(http2.map_err(|error| tracing::error!(?error, "HTTP/2 cannot be served"))?);
            Ok(fn_service(move |stream: TcpStream| {
                serve(plan.clone(), acceptor.clone(), Rc::clone(&http1), Rc::clone(&http2), stream)
            }))
        }
    })
}

/// Serves one connection until its end.
async fn serve<H, S, B>(
    plan: Plan,
    acceptor: Acceptor,
    http1: Rc<H>,
    http2: Rc<S>,
    stream: TcpStream,
) -> Result<(), DispatchError>
where
    H: Service<(Connection<Transport>, Option<SocketAddr>), Response = (), Error = DispatchError>,
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    prepare(&stream)?;
    let open = plan.open_connections.open();
    let peer = stream.peer_addr().ok();
    let Some(secured) = handshake(&plan, &acceptor, stream).await else { return Ok(()) };
    match secured {
        Secured::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(HTTP2) => {
            http2::serve(&plan, stream, peer, http2).await;
            Ok(())
        }
        Secured::Tls(stream) => {
            http1.call((Connection::new(Either::Right(stream), plan.limits, open), peer)).await
        }
        Secured::Plain(stream) => {
            let connection = Connection::new(Either::Left(stream), plan.limits, open).refused_as_plain();
            http1.call((connection, peer)).await
        }
    }
}

/// A connection whose handshake is done in time, before the service ends.
async fn handshake(plan: &Plan, acceptor: &Acceptor, stream: TcpStream) -> Option<Secured> {
    let peer = stream.peer_addr().ok();
    let accepted = tokio::select! {
        accepted = timeout(plan.limits.head_timeout, acceptor.accept(stream)) => accepted,
        () = (plan.ending)() => return None,
    };
    match accepted {
        Ok(Ok(secured)) => Some(secured),
        Ok(Err(error)) => {
            tracing::info!(?peer, "a TLS handshake failed: {error}");
            None
        }
        Err(_) => {
            tracing::info!(?peer, "a connection is closed, its TLS handshake was not done in time");
            None
        }
    }
}
