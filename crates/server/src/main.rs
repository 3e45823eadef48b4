//! The service: Elasticsearch's Connector and Connector sync job APIs over the store of your choice.

mod access_log;
mod error;
mod logging;
mod serve;
mod settings;
mod signals;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

// Many documents of a kilobyte, from many threads: the system's allocator keeps more of them around.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    let result = match settings::Settings::load(settings::CommandLine::parse()) {
        Ok(settings) => serve::run(settings).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever would read it may have gone already.
            let _ = writeln!(std::io::stderr(), "tributary: {error}");
            ExitCode::FAILURE
        }
    }
}
