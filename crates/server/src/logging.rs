//! Logging to standard error; standard output is reserved for the "ready" line.

use std::convert::Infallible;
use std::time::Duration;
use std::{fmt, io};

use jiff::Timestamp;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::writer::MakeWriterExt as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, registry};

use crate::access_log;
use crate::batched_writer::BatchedWriter;
use crate::settings::{LogFormat, Settings};

/// The target to which the HTTP library logs malformed requests as errors.
const CLIENT_FAULTS: &str = "actix_http::h1::dispatcher";

/// The interval at which dropped access log lines are reported.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// Keeps logging active; dropping it flushes pending lines.
pub(crate) struct Log {
    access_log: BatchedWriter,
}

impl Log {
    /// Reports the number of dropped access log lines, for as long as it is polled.
    pub(crate) async fn watch(&self) -> Infallible {
        loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            self.tell_dropped();
        }
    }

    fn tell_dropped(&self) {
        if let Some(lines) = self.access_log.lines().take_dropped() {
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

/// Timestamps in UTC with microseconds. The library's own formatting is several times slower, for each request.
struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, line: &mut Writer<'_>) -> fmt::Result {
        write!(line, "{:.6}", Timestamp::now())
    }
}

/// Initializes logging. Access log lines are written asynchronously, and dropped if there are too many; all other
/// messages are written synchronously.
pub(crate) fn start(settings: &Settings) -> io::Result<Log> {
    // Clients that send invalid HTTP get an answer; logging that as an error would let anybody fill the log.
    let mut targets = settings.log.targets().with_target(CLIENT_FAULTS, LevelFilter::OFF);
    let unknown = settings.log.unknown();
    if !unknown.is_empty() {
        // The filter itself may suppress this warning.
        targets = targets.with_target(module_path!(), LevelFilter::WARN);
    }
    let access_log = BatchedWriter::start(io::stderr(), "access-log")?;
    let at_once = io::stderr.with_filter(|event| event.target() != access_log::TARGET);
    let log = layer().with_timer(Utc).with_writer(at_once.or_else(access_log.lines()));
    // A log that cannot be written, with its disk full or its reader gone, must not stop the service.
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
    Ok(Log { access_log })
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::fmt::time::SystemTime;

    use super::*;

    #[test]
    fn times_have_the_form_of_the_library() {
        let shape = |timer: &dyn FormatTime| {
            let mut text = String::new();
            timer.format_time(&mut Writer::new(&mut text)).unwrap();
            text.replace(|character: char| character.is_ascii_digit(), "0")
        };
        assert_eq!(shape(&Utc), shape(&SystemTime));
        assert_eq!(shape(&Utc), "0000-00-00T00:00:00.000000Z");
    }
}
