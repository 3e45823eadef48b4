//! Where the log goes: to standard error, since standard output has the one line that says "ready".

use tracing_subscriber::EnvFilter;

use crate::error::StartError;
use crate::settings::{LogFormat, Settings};

/// Where the HTTP library logs malformed requests as errors.
const CLIENT_FAULTS: &str = "actix_http::h1::dispatcher=off";

/// Starts logging.
pub(crate) fn start(settings: &Settings) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| StartError::LogFilter { filter: settings.log.clone(), reason: error.to_string() })?;
    // A client that sends no HTTP is answered and is no failure of this service: nobody may fill the log so.
    let filter = match CLIENT_FAULTS.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that cannot be written, its disk full or its reader gone, must not end what is logged.
    let log = log.log_internal_errors(false);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
