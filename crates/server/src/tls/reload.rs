//! Reads the files of TLS again when they change, and on SIGHUP.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::time::{Instant, interval};

use super::acceptor::Acceptor;
use super::certificate::CertificateFacts;
use super::error::TlsError;
use super::expiry::{self, ExpiryMetric};
use super::files::{Contents, TlsFiles};
use super::server_config;
use crate::signals::Hangups;

/// How often the files are looked at.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// How often certificates that expire soon are warned of.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(24 * 60 * 60);

/// Replaces what connections are accepted with when the files change.
pub(crate) struct Reloader {
    files: TlsFiles,
    /// What is in use.
    contents: Contents,
    acceptor: Acceptor,
    certificates: Vec<CertificateFacts>,
    metric: ExpiryMetric,
    hangups: Hangups,
    /// Why the files could not be used when they were looked at last.
    problem: Option<String>,
    warned_at: Instant,
}

impl Reloader {
    /// With what is in use now. From here on SIGHUP does not end the process.
    pub(super) fn start(
        files: TlsFiles,
        contents: Contents,
        acceptor: Acceptor,
        certificates: Vec<CertificateFacts>,
        metric: ExpiryMetric,
    ) -> Result<Self, TlsError> {
        let hangups = Hangups::listen().map_err(TlsError::Signal)?;
        let warned_at = Instant::now();
        let mut reloader =
            Self { files, contents, acceptor, certificates, metric, hangups, problem: None, warned_at };
        reloader.tell_of_certificates();
        Ok(reloader)
    }

    /// Looks at the files for as long as it is polled.
    pub(crate) async fn watch(mut self) -> Infallible {
        let mut looks = interval(BETWEEN_LOOKS);
        loop {
            let is_asked = tokio::select! {
                _ = looks.tick() => false,
                () = self.hangups.next() => true,
            };
            self.look(is_asked).await;
            if self.warned_at.elapsed() >= BETWEEN_WARNINGS {
                self.tell_of_certificates();
            }
        }
    }

    /// Uses the files if they have changed. A reader may see one file of before and one of after a renewal, or half of
    /// one: what does not fit together is looked at again, and what is in use stays until then.
    async fn look(&mut self, is_asked: bool) {
        let files = self.files.clone();
        let read = web::block(move || files.read()).await;
        let Ok(read) = read else { return };
        let (contents, built) = match read {
            Ok(contents) if contents == self.contents => {
                self.problem = None;
                if is_asked {
                    tracing::info!("the files of TLS are unchanged");
                }
                return;
            }
            Ok(contents) => {
                let built = server_config::build(&self.files, &contents);
                (contents, built)
            }
            Err(error) => return self.keep(&error, is_asked),
        };
        match built {
            Ok((config, certificates)) => {
                self.acceptor.replace(Arc::new(config));
                (self.contents, self.certificates, self.problem) = (contents, certificates, None);
                tracing::info!("new connections are accepted with the changed files of TLS");
                self.tell_of_certificates();
            }
            Err(error) => self.keep(&error, is_asked),
        }
    }

    /// Stays with what is in use, and says so once.
    fn keep(&mut self, error: &TlsError, is_asked: bool) {
        let problem = error.to_string();
        if is_asked || self.problem.as_ref() != Some(&problem) {
            tracing::warn!(
                "the changed files of TLS are not used yet, those before them still are: {problem}"
            );
        }
        self.problem = Some(problem);
    }

    fn tell_of_certificates(&mut self) {
        self.warned_at = Instant::now();
        self.metric.set(&self.certificates);
        expiry::warn(&self.certificates);
    }
}
