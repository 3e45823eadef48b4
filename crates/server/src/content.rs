//! The engine of the content indices: its settings, and mounting the gateway in front of it.

use clap::{ArgAction, Args};
use toml::{Table, Value};
use tributary_api::Api;
use tributary_gateway::{AllowedMore, Content, Gateway};
use tributary_storage::{BackendSettings, OpenError, Registry, SearchEngine, SearchProduct};

use crate::backend_settings::{self, Tables};
use crate::error::StartError;
use crate::setting_values::{PREFIX, not_empty};
use crate::settings::Settings;

/// The table of the settings file, and what the variables begin with.
const NAME: &str = "content";
/// The key of that table for what the flag is elsewhere.
const URL: &str = "url";
const OFF: &str = "off";
/// Ways to sign in; those of the store are used only where none of these is given.
const CREDENTIALS: [&str; 3] = ["user", "password", "api_key"];

/// The settings of the gateway.
#[derive(Debug, Args)]
pub(crate) struct ContentSettings {
    // A URL may contain a password, which `--help` must not show.
    /// The search engine that requests for content indices are passed on to, `http://HOST:PORT`, or `off`; by default that
    /// of the store, if it is one
    #[arg(
        long = "content",
        id = "content",
        value_name = "URL",
        env = "TRIBUTARY_CONTENT",
        hide_env_values = true
    )]
    #[arg(value_parser = not_empty)]
    address: Option<String>,
    /// More requests that are passed on to it, such as `GET /_tasks/*` or `*/_rollover`, with commas between them
    #[arg(
        long = "content-allow",
        id = "content_allow",
        value_name = "REQUESTS",
        env = "TRIBUTARY_CONTENT_ALLOW"
    )]
    #[arg(action = ArgAction::Append, value_parser = allowed)]
    allow: Vec<Allowed>,
    /// Pass on the Authorization of clients to it, in place of the credentials of this service
    #[arg(
        long = "content-forward-authorization",
        id = "content_forward_authorization",
        value_name = "BOOLEAN"
    )]
    #[arg(env = "TRIBUTARY_CONTENT_FORWARD_AUTHORIZATION", action = ArgAction::Set)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false")]
    forward_authorization: bool,
}

/// One value of the setting, several requests.
#[derive(Debug, Clone)]
struct Allowed(Vec<AllowedMore>);

fn allowed(text: &str) -> Result<Allowed, String> {
    text.split(',').map(str::parse).collect::<Result<_, _>>().map(Allowed)
}

/// Takes the table out of a settings file; its address becomes the value of the setting.
pub(crate) fn take_table(settings: &mut Table, tables: &mut Tables) -> Result<(), String> {
    let Some(Value::Table(values)) = settings.get_mut(NAME) else { return Ok(()) };
    let url = values.remove(URL);
    let read = backend_settings::table(NAME, SearchEngine::SETTINGS, values)?;
    tables.insert(NAME.to_owned(), read);
    match url {
        Some(url) => settings.insert(NAME.to_owned(), url),
        None => settings.remove(NAME),
    };
    Ok(())
}

/// The environment variables of the engine's settings.
pub(crate) fn variables() -> impl Iterator<Item = String> {
    SearchEngine::SETTINGS.iter().map(|setting| backend_settings::variable(NAME, setting))
}

/// Whether there is a gateway.
pub(crate) fn is_on(settings: &Settings) -> bool {
    address(settings).is_some()
}

/// The addresses of the engine.
fn address(settings: &Settings) -> Option<&str> {
    match settings.content.address.as_deref() {
        Some(OFF) => None,
        Some(given) => Some(given),
        None => search_store(settings).map(|(_, location)| location),
    }
}

/// Scheme and location of a store that is a search engine.
fn search_store(settings: &Settings) -> Option<(&str, &str)> {
    let store = settings.store.split_once(':');
    let products = [SearchProduct::OpenSearch, SearchProduct::Elasticsearch];
    store.filter(|(scheme, _)| products.iter().any(|product| product.scheme() == *scheme))
}

/// Mounts the gateway in an API, if there is an engine.
pub(crate) async fn mount(api: Api, settings: &Settings, registry: &Registry) -> Result<Api, StartError> {
    let Some(address) = address(settings) else { return Ok(api) };
    let store = search_store(settings).map(|(scheme, _)| of_store(scheme, settings, registry)).transpose()?;
    let (of_store, index_prefix) = store.unwrap_or_default();
    let own = backend_settings::read(NAME, SearchEngine::SETTINGS, &settings.backends)?;
    let engine_settings = if settings.content.address.is_none() { over(&of_store, own) } else { own };
    let engine = SearchEngine::open(address, &engine_settings).await.map_err(|error| wrong(&error))?;
    let given = settings.content.allow.iter().flat_map(|allowed| allowed.0.iter().cloned());
    let content = Content::new(engine)
        .with_version(&settings.api_version)
        .with_index_prefix(&index_prefix)
        .with_more(given)
        .with_forwarded_authorization(settings.content.forward_authorization)
        .with_body_timeout(std::time::Duration::from_secs(settings.body_timeout));
    tokio::spawn(content.preparation());
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
    fn a_table_has_the_address_and_the_settings() {
        let mut settings: Table = "listen = 'a'\n[content]\nurl = 'http://a'\nuser = 'me'".parse().unwrap();
        let mut tables = Tables::new();
        take_table(&mut settings, &mut tables).unwrap();
        assert_eq!(settings["content"].as_str(), Some("http://a"));
        assert_eq!(tables[NAME], BackendSettings::default().with("user", "me"));
        let mut wrong: Table = "[content]\nindex_prefix = 'hidden'".parse().unwrap();
        let reason = take_table(&mut wrong, &mut tables).unwrap_err();
        assert!(reason.contains("[index_prefix]") && !reason.contains("hidden"), "{reason}");
    }

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

    #[test]
    fn requests_stand_between_commas() {
        assert_eq!(allowed("GET /_tasks/*, */_rollover").unwrap().0.len(), 2);
        assert!(allowed("GET /_tasks/*,").is_err());
    }
}
