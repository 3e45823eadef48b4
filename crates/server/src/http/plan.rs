//! How connections are served, whatever they are over.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, map_config};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::rt::net::TcpStream;
use futures_util::future::LocalBoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};

use super::connection::{Connection, Limits};
use super::open_connections::OpenConnections;

/// How long closing a connection may take, as in `actix_web::HttpServer`.
pub(super) const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How connections are served.
#[derive(Clone)]
pub(super) struct Plan {
    /// The address that is listened on.
    pub(super) address: SocketAddr,
    pub(super) limits: Limits,
    /// How long an idle connection is kept.
    pub(super) keep_alive: Duration,
    pub(super) open_connections: OpenConnections,
    /// Waits for the beginning of a graceful end.
    pub(super) ending: Rc<dyn Fn() -> LocalBoxFuture<'static, ()>>,
}

impl Plan {
    /// Serves an application over HTTP/1.
    pub(super) fn http1<T, I, S, B>(
        &self,
        application: I,
    ) -> impl ServiceFactory<
        (Connection<T>, Option<SocketAddr>),
        Config = (),
        Response = (),
        Error = DispatchError,
        InitError = (),
    > + use<T, I, S, B>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error>
            + 'static,
        S::InitError: std::fmt::Debug,
        B: MessageBody + 'static,
    {
        let application = application.into_factory().map_err(|error| error.error_response());
        let ending = Rc::clone(&self.ending);
        HttpService::build()
            .graceful_shutdown_signal(move || ending())
            .keep_alive(KeepAlive::Timeout(self.keep_alive))
            // The connection has its own timeout, for each head and not only for the first.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(self.address)
            .h1(map_config(application, |()| AppConfig::default()))
    }
}

/// Sets what every connection needs.
pub(super) fn prepare(stream: &TcpStream) -> Result<(), DispatchError> {
    // Otherwise a large answer waits for the client's delayed acknowledgement: 40 ms.
    stream.set_nodelay(true).map_err(DispatchError::Io)?;
    notice_slow_readers(stream).map_err(DispatchError::Io)
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
