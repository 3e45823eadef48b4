//! Where the log goes: to standard error, since standard output has the one line that says "ready".

use std::convert::Infallible;
use std::time::Duration;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::access_log;
use crate::batched_writer::{DroppedLines, batched};
use crate::settings::{LogFormat, Settings};

/// Where the HTTP library logs malformed requests as errors.
const CLIENT_FAULTS: &str = "actix_http::h1::dispatcher";

/// How often it is told that lines of the access log were dropped.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// The log, as long as it is written to: dropping it writes what waits.
pub(crate) struct Log {
    dropped: DroppedLines,
    _waiting: WorkerGuard,
}

impl Log {
    /// Tells, for as long as it is waited for, how many lines of the access log were dropped.
    pub(crate) async fn watch(&mut self) -> Infallible {
        loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            self.tell_dropped();
        }
    }

    fn tell_dropped(&mut self) {
        if let Some(lines) = self.dropped.take() {
            tracing::warn!(
                lines,
                "lines of the access log were dropped: they could not be written fast enough"
            );
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.tell_dropped();
    }
}

/// Starts logging. Lines of the access log are written behind the others, and dropped where they are too many; whatever
/// else there is to say is written at once.
pub(crate) fn start(settings: &Settings) -> Log {
    // A client that sends no HTTP is answered and is no failure of this service: nobody may fill the log so.
    let mut targets = settings.log.targets().with_target(CLIENT_FAULTS, LevelFilter::OFF);
    let unknown = settings.log.unknown();
    if !unknown.is_empty() {
        // The filter itself may leave out what is said about it.
        targets = targets.with_target(module_path!(), LevelFilter::WARN);
    }
    let (lines, waiting, dropped) = batched(std::io::stderr(), "access-log");
    let at_once = std::io::stderr.with_filter(|event| event.target() != access_log::TARGET);
    let log = fmt::layer().with_writer(at_once.or_else(lines));
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
    Log { dropped, _waiting: waiting }
}
