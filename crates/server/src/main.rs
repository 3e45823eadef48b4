//! The service: Elasticsearch's Connector and Connector sync job APIs over the store of your choice.

mod access_log;
mod backend_settings;
mod command;
mod error;
mod logging;
mod serve;
mod settings;
mod settings_file;
mod signals;

use std::io::Write as _;
use std::process::ExitCode;

use tributary_storage::Registry;

use command::Stores;
use error::StartError;
use settings::Invocation;

// Many documents of a kilobyte, from many threads: the system's allocator keeps more of them around.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    let registry = Registry::with_built_in();
    let result = match settings::Invocation::load(std::env::args_os(), &registry) {
        Ok(Invocation { command: Some(command), settings }) => {
            let stores = Stores::new(&registry, &settings.backends);
            command.run(&stores).await.map_err(StartError::from)
        }
        Ok(Invocation { command: None, settings }) => serve::run(settings, &registry).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError::CommandLine(error)) => error.exit(),
        Err(error) => {
            // Whoever would read it may have gone already.
            let _ = writeln!(std::io::stderr(), "tributary: {error}");
            ExitCode::FAILURE
        }
    }
}
