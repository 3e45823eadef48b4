//! Where the log goes: to standard error, since standard output has the one line that says "ready".

use tracing_subscriber::EnvFilter;

use crate::error::StartError;
use crate::settings::{LogFormat, Settings};

/// Starts logging.
pub(crate) fn start(settings: &Settings) -> Result<(), StartError> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| StartError::LogFilter { filter: settings.log.clone(), reason: error.to_string() })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
