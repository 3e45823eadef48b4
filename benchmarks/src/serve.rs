//! The server that is measured: the API, and beside it a handler that answers one constant body.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::KeepAlive;
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;
use clap::Args;
use tributary_api::Api;
use tributary_storage::Registry;

use crate::failure::Failure;
use crate::fill;

/// The largest constant body.
const LARGEST: usize = 16 * 1024 * 1024;

/// What to serve.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeOptions {
    /// The URL of the store
    store: String,
    /// Stores so many jobs first, for a store that keeps nothing
    #[arg(long)]
    fill: Option<u32>,
}

/// Serves on a free port, which is printed to standard output, until standard input ends, which also happens when the
/// benchmark that started it ends.
pub(crate) async fn run(options: ServeOptions) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let store = Registry::with_built_in().open(&options.store).await?;
    if let Some(jobs) = options.fill {
        fill::fill(&store, jobs).await?;
    }
    let api = Api::new(store.clone());
    let constant = web::Data::new(Bytes::from(vec![b' '; LARGEST]));
    let running = HttpServer::new(move || {
        App::new()
            .app_data(constant.clone())
            // First, so that the router finds it at once: whatever it costs to be found later in
            // the table is on the account of the API.
            .route("/constant/{bytes}", web::get().to(constant_body))
            .configure(api.configure())
    })
    .tcp_nodelay(true)
    .keep_alive(KeepAlive::Timeout(Duration::from_secs(75)))
    .client_request_timeout(Duration::from_secs(10))
    .listen(listener)?
    .disable_signals()
    .run();
    let handle = running.handle();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        // There are no more requests.
        drop(handle.stop(false));
    });
    println!("ready {address}");
    std::io::stdout().flush()?;
    running.await?;
    store.close().await?;
    Ok(())
}

/// The first `bytes` of a static body, without copying it.
async fn constant_body(bytes: web::Path<usize>, body: web::Data<Bytes>) -> HttpResponse {
    let bytes = bytes.into_inner().min(body.len());
    HttpResponse::Ok().content_type("application/json").body(body.slice(..bytes))
}
