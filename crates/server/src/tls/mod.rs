//! TLS of the service: its certificate, its key and the authorities of clients, read from files and replaced when they
//! change. Running connections are not affected by that.

mod acceptor;
mod certificate;
mod error;
mod expiry;
mod files;
mod reload;
mod server_config;
mod settings;

use std::convert::Infallible;
use std::sync::Arc;

use tributary_api::Metrics;

pub(crate) use acceptor::{Acceptor, Secured};
pub(crate) use error::TlsError;
pub(crate) use reload::Reloader;
pub(crate) use settings::TlsSettings;

use expiry::ExpiryMetric;

/// What connections are accepted with, and what keeps it up to date; `None` without a certificate.
pub(crate) fn open(
    settings: &TlsSettings,
    metrics: &Metrics,
) -> Result<Option<(Acceptor, Reloader)>, TlsError> {
    let Some(files) = settings.files()? else { return Ok(None) };
    let contents = files.read()?;
    let (config, certificates) = server_config::build(&files, &contents)?;
    let acceptor = Acceptor::new(Arc::new(config));
    let metric = ExpiryMetric::register(metrics);
    let reloader = Reloader::start(files, contents, acceptor.clone(), certificates, metric)?;
    Ok(Some((acceptor, reloader)))
}

/// Keeps the files of TLS up to date for as long as it is polled.
pub(crate) async fn watch(reloader: Option<Reloader>) -> Infallible {
    match reloader {
        Some(reloader) => reloader.watch().await,
        None => std::future::pending().await,
    }
}
