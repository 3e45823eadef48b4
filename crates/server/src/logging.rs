//! Where the log goes: to standard error, since standard output has the one line that says "ready".

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

/// Where the HTTP library logs malformed requests as errors.
const CLIENT_FAULTS: &str = "actix_http::h1::dispatcher";

/// How often it is told that lines of the access log were dropped.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// The log, as long as it is written to: dropping it writes what waits.
pub(crate) struct Log {
    access_log: BatchedWriter,
}

impl Log {
    /// Tells, for as long as it is waited for, how many lines of the access log were dropped.
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

/// The time of a line, in UTC to the microsecond. The library's own is written in several times as long, for each
/// request.
struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, line: &mut Writer<'_>) -> fmt::Result {
        write!(line, "{:.6}", Timestamp::now())
    }
}

/// Starts logging. Lines of the access log are written behind the others, and dropped where they are too many; whatever
/// else there is to say is written at once.
pub(crate) fn start(settings: &Settings) -> io::Result<Log> {
    // A client that sends no HTTP is answered and is no failure of this service: nobody may fill the log so.
    let mut targets = settings.log.targets().with_target(CLIENT_FAULTS, LevelFilter::OFF);
    let unknown = settings.log.unknown();
    if !unknown.is_empty() {
        // The filter itself may leave out what is said about it.
        targets = targets.with_target(module_path!(), LevelFilter::WARN);
    }
    let access_log = BatchedWriter::start(io::stderr(), "access-log")?;
    let at_once = io::stderr.with_filter(|event| event.target() != access_log::TARGET);
    let log = layer().with_timer(Utc).with_writer(at_once.or_else(access_log.lines()));
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
