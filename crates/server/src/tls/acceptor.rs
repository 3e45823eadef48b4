//! Accepting connections: TLS, or plain HTTP that came to the wrong port.

use std::io;
use std::sync::Arc;

use actix_web::rt::net::TcpStream;
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What connections are accepted with; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Acceptor {
    current: Arc<ArcSwap<ServerConfig>>,
}

/// A connection, as far as its first bytes say what it is.
#[derive(Debug)]
pub(crate) enum Secured {
    /// TLS, whose handshake is done.
    Tls(Box<TlsStream<TcpStream>>),
    /// The client does not begin with TLS but with a text, as HTTP does.
    Plain(TcpStream),
}

impl Acceptor {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self { current: Arc::new(ArcSwap::new(config)) }
    }

    /// New connections are accepted so from now on.
    pub(super) fn replace(&self, config: Arc<ServerConfig>) {
        self.current.store(config);
    }

    /// Does the handshake; the caller limits its time.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<Secured> {
        let mut first = [0];
        // A client that has nothing to say ends the handshake in the usual way.
        let length = stream.peek(&mut first).await?;
        if length > 0 && (first[0].is_ascii_alphabetic() || first[0].is_ascii_whitespace()) {
            return Ok(Secured::Plain(stream));
        }
        let acceptor = TlsAcceptor::from(self.current.load_full());
        Ok(Secured::Tls(Box::new(acceptor.accept(stream).await?)))
    }
}
