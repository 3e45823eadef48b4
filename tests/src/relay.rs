//! A relay between clients and the service that counts connections, and does not modify the data.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A relay on a port of its own.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    /// A relay to a service.
    ///
    /// # Panics
    /// If it cannot listen.
    pub fn to(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = client.and_then(|client| relay(&client, service));
            }
        });
        Self { address, connections }
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Copies in both directions until both sides have ended.
fn relay(client: &TcpStream, service: SocketAddr) -> io::Result<()> {
    let service = TcpStream::connect(service)?;
    for stream in [client, &service] {
        stream.set_nodelay(true)?;
    }
    for (mut from, mut to) in
        [(client.try_clone()?, service.try_clone()?), (service.try_clone()?, client.try_clone()?)]
    {
        std::thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}
