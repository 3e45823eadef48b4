//! Where the log goes: to standard error, since standard output has the one line that says "ready".

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::settings::{LogFormat, Settings};

/// Where the HTTP library logs malformed requests as errors.
const CLIENT_FAULTS: &str = "actix_http::h1::dispatcher";

/// Starts logging.
pub(crate) fn start(settings: &Settings) {
    // A client that sends no HTTP is answered and is no failure of this service: nobody may fill the log so.
    let mut targets = settings.log.targets().with_target(CLIENT_FAULTS, LevelFilter::OFF);
    let unknown = settings.log.unknown();
    if !unknown.is_empty() {
        // The filter itself may leave out what is said about it.
        targets = targets.with_target(module_path!(), LevelFilter::WARN);
    }
    let log = fmt::layer().with_writer(std::io::stderr);
    // A log that cannot be written, its disk full or its reader gone, must not end what is logged.
    let log = log.log_internal_errors(false);
    let log = registry().with(targets).with(match settings.log_format {
        LogFormat::Text => log.with_ansi(false).boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    });
    log.init();
    for target in unknown {
        let meant = target.meant.as_ref().map(|meant| format!("; did you mean [{meant}]?"));
        tracing::warn!(
            "the setting [log] names the target [{}], which nothing in this program is known to log to{}",
            target.name,
            meant.unwrap_or_default()
        );
    }
}
