//! The API inside a service of your own: beside other routes, under a prefix, over any store.
//!
//! `cargo run --package tributary-api --example mount -- 127.0.0.1:8080`, then
//! `curl http://127.0.0.1:8080/search/_connector/_sync_job`.

use std::net::TcpListener;

use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::{App, HttpServer, web};
use tributary_api::Api;
use tributary_storage::Registry;

async fn greet() -> &'static str {
    "a page of the service itself"
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let store_url = arguments.next().unwrap_or_else(|| "memory:".to_owned());

    // Stores of your own are registered here, under a scheme of their own.
    let store = Registry::with_built_in().open(&store_url).await?;
    let api = Api::new(store.clone());

    let listener = TcpListener::bind(address)?;
    println!("listening on http://{}", listener.local_addr()?);
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stopped = api.clone();
    HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(greet))
            .service(web::scope("/search").configure(api.configure()))
            .service(web::scope("/second").configure(api.configure()))
    })
    // Large answers would otherwise wait for the client's delayed acknowledgement.
    .tcp_nodelay(true)
    .shutdown_signal(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
        // Requests that wait for sync jobs and streams of events would delay the end.
        stopped.end_waits();
    })
    .listen(listener)?
    .run()
    .await?;
    store.close().await?;
    Ok(())
}
