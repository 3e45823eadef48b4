//! A service of your own build: the API over the built-in stores and over SQLite.
//!
//! `cargo run --package tributary-sqlite-backend -- 127.0.0.1:9200 sqlite:./tributary.sqlite`

use std::net::TcpListener;

use actix_web::{App, HttpServer};
use tributary_api::Api;
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::Registry;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:9200".to_owned());
    let store_url = arguments.next().unwrap_or_else(|| "sqlite:./tributary.sqlite".to_owned());

    let mut registry = Registry::with_built_in();
    registry.register(SqliteBackend);
    let store = registry.open(&store_url).await?;
    let api = Api::new(store.clone());

    let listener = TcpListener::bind(address)?;
    println!("tributary is listening on http://{}", listener.local_addr()?);
    HttpServer::new(move || App::new().configure(api.configure()))
        // Large answers would otherwise wait for the client's delayed acknowledgement.
        .tcp_nodelay(true)
        .listen(listener)?
        .run()
        .await?;
    store.close().await?;
    Ok(())
}
