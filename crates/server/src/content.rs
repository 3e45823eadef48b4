//! The engine of the content indices: mounting the gateway in front of it.

use std::time::Duration;

use tributary_api::Api;
use tributary_gateway::{Content, Gateway};
use tributary_storage::{BackendSettings, OpenError, Registry, SearchEngine};

use crate::backend_settings;
use crate::content_settings::{NAME, search_store};
use crate::error::StartError;
use crate::setting_values::PREFIX;
use crate::settings::Settings;

/// Ways to sign in; those of the store are used only where none of these is given.
const CREDENTIALS: [&str; 3] = ["user", "password", "api_key"];

/// Mounts the gateway in an API, if there is an engine.
pub(crate) async fn mount(
    api: Api,
    settings: &Settings,
    registry: &Registry,
    is_secure: bool,
) -> Result<Api, StartError> {
    let Some(address) = settings.content.address(&settings.store) else { return Ok(api) };
    if is_secure && settings.content.forward_authorization {
        return Err(StartError::Content(
            "--content-forward-authorization passes on what clients sign in with at the engine, but with --security on they \
             sign in at this service, by its API keys: leave one of both out"
                .to_owned(),
        ));
    }
    let store =
        search_store(&settings.store).map(|(scheme, _)| of_store(scheme, settings, registry)).transpose()?;
    let (of_store, index_prefix) = store.unwrap_or_default();
    let own = backend_settings::read(NAME, SearchEngine::SETTINGS, &settings.backends)?;
    let engine_settings = if settings.content.is_of_store() { over(&of_store, own) } else { own };
    let engine = SearchEngine::open(address, &engine_settings).await.map_err(|error| wrong(&error))?;
    let content = Content::new(engine)
        .with_version(&settings.api_version)
        .with_index_prefix(&index_prefix)
        .with_more(settings.content.allowed())
        .with_forwarded_authorization(settings.content.forward_authorization)
        .with_body_timeout(Duration::from_secs(settings.body_timeout));
    content.prepare().await;
    tracing::info!("requests for content indices are passed on to a search engine");
    Ok(Gateway::new(content).mount(api))
}

/// The settings of a store, and the prefix of its indices.
fn of_store(
    scheme: &str,
    settings: &Settings,
    registry: &Registry,
) -> Result<(BackendSettings, String), StartError> {
    let known = registry.backend(scheme)?.settings();
    let given = backend_settings::read(scheme, known, &settings.backends)?;
    let prefix = known.iter().find(|setting| setting.name == "index_prefix");
    let prefix = prefix.and_then(|setting| given.get(setting)).unwrap_or_default().to_owned();
    Ok((given, prefix))
}

/// The settings of a store, and over them those of the content engine; its deadline is its own.
fn over(of_store: &BackendSettings, own: BackendSettings) -> BackendSettings {
    let value = |settings: &BackendSettings, name: &str| {
        let setting = SearchEngine::SETTINGS.iter().find(|setting| setting.name == name);
        setting.and_then(|setting| settings.get(setting)).map(str::to_owned)
    };
    let has_credentials = CREDENTIALS.iter().any(|name| value(&own, name).is_some());
    SearchEngine::SETTINGS.iter().fold(own, |settings, setting| {
        let is_own = setting.name == "deadline" || (has_credentials && CREDENTIALS.contains(&setting.name));
        match value(of_store, setting.name).filter(|_| !is_own && settings.get(setting).is_none()) {
            Some(inherited) => settings.with(setting.name, inherited),
            None => settings,
        }
    })
}

fn wrong(error: &OpenError) -> StartError {
    match error {
        OpenError::InvalidSetting { name, reason, .. } => {
            let variable = format!("{PREFIX}{}_{}", NAME.to_uppercase(), name.to_uppercase());
            let place = if std::env::var_os(&variable).is_some() {
                format!("the environment variable {variable}")
            } else {
                format!("the setting [{name}] of [{NAME}]")
            };
            StartError::Content(format!("{place}: {reason}"))
        }
        OpenError::InvalidLocation { reason, .. } => StartError::Content(format!("--content: {reason}")),
        other => StartError::Content(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_the_store_are_used_where_there_are_no_others() {
        let store =
            || BackendSettings::default().with("user", "a").with("password", "b").with("deadline", "3");
        let own = BackendSettings::default;
        assert_eq!(over(&store(), own()), own().with("user", "a").with("password", "b"));
        assert_eq!(over(&store(), own().with("api_key", "k")), own().with("api_key", "k"));
        assert_eq!(
            over(&store().with("ca_file", "c"), own().with("api_key", "k")),
            own().with("api_key", "k").with("ca_file", "c")
        );
    }
}
