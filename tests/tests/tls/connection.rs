//! A client of HTTP/1.1 over rustls that keeps its connection.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tributary_tests::TIMEOUT;

use crate::setup::Secured;

/// A connection whose handshake is done.
pub(crate) struct SecureConnection {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

impl SecureConnection {
    /// # Panics
    /// If the service is not trusted.
    pub(crate) fn open(secured: &Secured) -> Self {
        let mut roots = RootCertStore::empty();
        let pem = File::open(&secured.ca).unwrap();
        for certificate in CertificateDer::pem_reader_iter(pem) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(secured.server.address()).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        while client.is_handshaking() {
            client.complete_io(&mut stream).unwrap();
        }
        Self { stream: BufReader::new(StreamOwned::new(client, stream)) }
    }

    /// The certificate that the service presented.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        self.stream.get_ref().conn.peer_certificates().unwrap()[0].to_vec()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
        self.stream.get_mut().flush().unwrap();
    }

    /// The next line.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stream.read_line(&mut line).unwrap() > 0, "the connection is closed");
        line.trim_end().to_owned()
    }

    /// The status and the length of the answer that comes.
    pub(crate) fn head(&mut self) -> (u16, usize) {
        let status = self.line().split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut length = 0;
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                return (status, length);
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
        }
    }

    /// The status and the body of the answer to a request.
    pub(crate) fn get(&mut self, target: &str) -> (u16, String) {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
        let (status, length) = self.head();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    /// Whether the service closes the connection in the way of TLS.
    pub(crate) fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0; 1]), Ok(0))
    }
}
