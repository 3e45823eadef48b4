//! The audit: who changed what, and who was refused.

mod file;
mod line;
mod settings;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tributary_api::{Api, Observation, Observer};

use file::{AuditWriter, Output, Queue};
pub use line::AUDIT_FIELDS;
use line::Line;
pub(crate) use settings::{AuditOutput, AuditSettings};

/// The log target of the audit.
pub(crate) const TARGET: &str = "audit";

/// The audit file cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("--audit: the file {file} cannot be written: {source}", file = file.display())]
pub(crate) struct AuditError {
    file: PathBuf,
    source: io::Error,
}

/// The audit while the service runs; dropping it writes what waits, within a second.
#[derive(Debug)]
pub(crate) struct Audit {
    reads: bool,
    writer: Option<AuditWriter>,
}

impl Audit {
    /// Starts the audit as the settings say; `None` if it is off.
    pub(crate) fn start(settings: &AuditSettings, is_secure: bool) -> Result<Option<Self>, AuditError> {
        let start = |output: Output, file: PathBuf| {
            AuditWriter::start(output).map(Some).map_err(|source| AuditError { file, source })
        };
        let writer = match &settings.audit {
            AuditOutput::Off => return Ok(None),
            AuditOutput::Auto if !is_secure => return Ok(None),
            AuditOutput::Auto | AuditOutput::Log => None,
            AuditOutput::StandardError => start(Output::StandardError, PathBuf::from("-"))?,
            AuditOutput::File(path) => {
                let wrong = |source| AuditError { file: path.clone(), source };
                start(Output::open(path).map_err(wrong)?, path.clone())?
            }
        };
        Ok(Some(Self { reads: settings.audit_reads, writer }))
    }

    /// The API with the audit.
    pub(crate) fn apply(&self, api: Api) -> Api {
        let queue = self.writer.as_ref().map(AuditWriter::queue);
        api.with_noted_changes().with_observer(Auditor { reads: self.reads, queue })
    }

    /// Opens the file anew at each SIGHUP, for as long as it is polled.
    #[cfg(unix)]
    pub(crate) async fn reopen_at_signals(&self) -> std::convert::Infallible {
        use tokio::signal::unix::{SignalKind, signal};
        let (Some(writer), Ok(mut hangups)) = (&self.writer, signal(SignalKind::hangup())) else {
            return std::future::pending().await;
        };
        loop {
            hangups.recv().await;
            writer.queue().reopen();
        }
    }

    #[cfg(not(unix))]
    pub(crate) async fn reopen_at_signals(&self) -> std::convert::Infallible {
        std::future::pending().await
    }
}

/// Writes a line for each change and each refusal.
struct Auditor {
    reads: bool,
    /// The log, if there is none.
    queue: Option<Arc<Queue>>,
}

impl Observer for Auditor {
    fn observe(&self, observation: &Observation<'_>) {
        let Some(line) = Line::of(observation, self.reads) else { return };
        if let Some(queue) = &self.queue {
            queue.push(&line.text());
        } else {
            tracing::info!(target: TARGET, "{}", line.text());
        }
    }
}
