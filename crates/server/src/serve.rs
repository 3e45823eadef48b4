//! Starts the service from its settings, and stops it.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, middleware, web};
use tributary_api::{Api, Identity, Metrics};
use tributary_secrets::UnusableKeys;
use tributary_storage::{Registry, Store};

use crate::access_log::AccessLog;
use crate::audit::Audit;
use crate::backend_settings;
use crate::compression;
#[cfg(feature = "search")]
use crate::content;
use crate::error::StartError;
use crate::http::{self, OpenConnections, Port, RefusedConnections};
use crate::logging;
use crate::secret_keys::{self, SecretKeysError};
use crate::security::Security;
use crate::settings::{self, Settings};
use crate::signals::Signals;
use crate::sites::{self, Sites};
use crate::streams;
use crate::tls;

/// How many connections may wait until they are accepted; the system may have a lower limit.
const BACKLOG: i32 = 4_096;

/// Serves until a signal; running requests are finished, unless there is a second signal.
pub(crate) async fn run(settings: Settings, registry: &Registry) -> Result<(), StartError> {
    let log = logging::start(&settings).map_err(StartError::Logging)?;
    for (name, meant) in settings::unknown_variables(registry) {
        let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        tracing::warn!("the environment variable {name} is no setting and means nothing{meant}");
    }
    let mut signals = Signals::listen().map_err(StartError::Signals)?;
    let metrics = Metrics::default();
    let (acceptor, reloader) = tls::open(&settings.tls, &metrics)?.unzip();
    // Bind first: opening a store may take seconds, but a wrong address is reported at once.
    let listener = listen(&settings.listen)?;
    let address = listener.local_addr().map_err(|error| StartError::listening(&settings.listen, &error))?;
    let security = Security::decide(&settings.security, address, &settings.store, acceptor.is_some())?;
    let audit = Audit::start(&settings.audit, security.is_on())?;
    let secret_keys = settings.secret_keys.read()?.map(Arc::new);
    if settings.encrypt_sensitive && secret_keys.is_none() {
        return Err(SecretKeysError::NothingToEncryptWith.into());
    }
    let store = tokio::select! {
        store = backend_settings::open(registry, &settings.store, &settings.backends) => store?,
        signal = signals.next() => {
            tracing::info!(signal, "ended before the store was open");
            return Ok(());
        }
    };
    tracing::info!(store = settings.store, "the store is open");

    let api = Api::new(secret_keys::over(&store, secret_keys.as_ref(), settings.encrypt_sensitive))
        .with_observer(AccessLog)
        .with_metrics(metrics.clone())
        .with_identity(Identity { version: settings.api_version.clone(), ..Identity::default() })
        .with_limits(&settings.limits.of_requests())
        .with_body_limit(settings.body_limit)
        .with_body_timeout(Duration::from_secs(settings.body_timeout));
    #[cfg(feature = "search")]
    let api = tokio::select! {
        mounted = content::mount(api, &settings, registry, security.is_on()) => mounted?,
        signal = signals.next() => {
            tracing::info!(signal, "ended before the engine of the content indices was looked at");
            return Ok(());
        }
    };
    let mut look = async || secret_keys::fit(&*store, secret_keys.as_deref()).await;
    let fit = match secret_keys::first_look(&mut look).await {
        Ok(fit) => fit,
        Err(error) => return refuse(&*store, error).await,
    };
    let api = match &secret_keys {
        Some(keys) => api.with_secret_keys(Arc::clone(keys)),
        None => api,
    };
    let api = security.apply(api, &store, &settings.store).await;
    let api = match &audit {
        Some(audit) => audit.apply(api),
        None => api,
    };
    let sites = Sites::new(&settings.security, &security);
    let served = api.clone();
    let scheme = if acceptor.is_some() { "https" } else { "http" };
    let port = Port {
        listener,
        acceptor,
        open_connections: OpenConnections::register(&metrics),
        refused_connections: RefusedConnections::register(&metrics),
    };
    let running = http::serve(port, &settings, move || {
        App::new()
            .app_data(web::Data::new(served.clone()))
            .app_data(web::Data::new(sites.clone()))
            .wrap(sites.cors())
            .wrap(middleware::from_fn(sites::refuse_others))
            .wrap(middleware::from_fn(http::answer_refused_heads))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(compression::ignore_what_is_not_served))
            .wrap(middleware::from_fn(http::without_chunks_where_unknown))
            .wrap(middleware::from_fn(http::in_pieces))
            .configure(served.configure())
    });
    let running = running.map_err(|error| StartError::listening(&settings.listen, &error))?;
    // The reader of this line may have gone already, which is no reason to stop.
    let _ = streams::say(&format!("tributary is listening on {scheme}://{address}\n"));

    tokio::select! {
        ended = serve(running, signals, &api) => ended.map_err(StartError::Serving)?,
        error = secret_keys::refused_later(fit, look) => {
            return refuse(&*store, error).await;
        }
        never = log.watch() => match never {},
        never = tls::watch(reloader) => match never {},
        never = reopened(audit.as_ref()) => match never {},
    }
    store.close().await.map_err(StartError::Closing)?;
    tracing::info!("stopped");
    Ok(())
}

/// Lets the file of the audit be opened anew, if there is one.
async fn reopened(audit: Option<&Audit>) -> Infallible {
    match audit {
        Some(audit) => audit.reopen_at_signals().await,
        None => std::future::pending().await,
    }
}

/// Stops because secrets could not be decrypted.
async fn refuse(store: &dyn Store, error: UnusableKeys) -> Result<(), StartError> {
    store.close().await.map_err(StartError::Closing)?;
    Err(SecretKeysError::from(error).into())
}

/// Waits for the server to stop; dropping it aborts what still runs.
async fn serve(mut running: Server, mut signals: Signals, api: &Api) -> io::Result<()> {
    let signal = tokio::select! {
        ended = &mut running => return ended,
        signal = signals.next() => signal,
    };
    tracing::info!(signal, "finishing the requests that run; one more signal cuts them off");
    // Requests that wait for sync jobs are answered with the present state: they would delay the end.
    api.end_waits();
    drop(running.handle().stop(true));
    tokio::select! {
        ended = &mut running => ended,
        signal = signals.next() => {
            tracing::warn!(signal, "requests that still run are cut off");
            Ok(())
        }
    }
}

fn listen(address: &str) -> Result<TcpListener, StartError> {
    let listen = || {
        let listener = TcpListener::bind(address)?;
        // The default is short: connections of many clients at once would be tried again only after a second.
        socket2::SockRef::from(&listener).listen(BACKLOG)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listen().map_err(|error: io::Error| StartError::listening(address, &error))
}
