//! The settings of the engine of the content indices.

use clap::{ArgAction, Args};
use toml::{Table, Value};
use tributary_gateway::AllowedMore;
use tributary_storage::{SearchEngine, SearchProduct};

use crate::backend_settings::{self, Tables};
use crate::setting_values::not_empty;

/// The table of the settings file, and what the variables begin with.
pub(crate) const NAME: &str = "content";
/// The key of that table for what the flag is elsewhere.
const URL: &str = "url";
const OFF: &str = "off";

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
    pub(crate) forward_authorization: bool,
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

impl ContentSettings {
    /// The addresses of the engine, if there is one beside or in the store.
    pub(crate) fn address<'s>(&'s self, store: &'s str) -> Option<&'s str> {
        match self.address.as_deref() {
            Some(OFF) => None,
            Some(given) => Some(given),
            None => search_store(store).map(|(_, location)| location),
        }
    }

    /// Whether the engine is that of the store.
    pub(crate) fn is_of_store(&self) -> bool {
        self.address.is_none()
    }

    /// What is allowed beside what is passed on anyway.
    pub(crate) fn allowed(&self) -> impl Iterator<Item = AllowedMore> {
        self.allow.iter().flat_map(|allowed| allowed.0.iter().cloned())
    }
}

/// Scheme and location of a store that is a search engine.
pub(crate) fn search_store(store: &str) -> Option<(&str, &str)> {
    let products = [SearchProduct::OpenSearch, SearchProduct::Elasticsearch];
    store.split_once(':').filter(|(scheme, _)| products.iter().any(|product| product.scheme() == *scheme))
}

#[cfg(test)]
mod tests {
    use tributary_storage::BackendSettings;

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
    fn requests_stand_between_commas() {
        assert_eq!(allowed("GET /_tasks/*, */_rollover").unwrap().0.len(), 2);
        assert!(allowed("GET /_tasks/*,").is_err());
    }
}
