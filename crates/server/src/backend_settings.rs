//! The settings of the store's backend: from the environment, and from the table of the file that is
//! named after the scheme.

use toml::{Table, Value};
use tributary_storage::{BackendSetting, BackendSettings, Registry};

use crate::error::StartError;
use crate::settings::PREFIX;

/// The variable of a setting, such as `TRIBUTARY_OPENSEARCH_PASSWORD`.
pub(crate) fn variable(scheme: &str, setting: &BackendSetting) -> String {
    format!("{PREFIX}{}_{}", scheme.to_uppercase(), setting.name.to_uppercase())
}

/// The variables of all backends.
pub(crate) fn variables(registry: &Registry) -> Vec<String> {
    let of_backend = |backend: &dyn tributary_storage::Backend| {
        backend.settings().iter().map(|setting| variable(backend.scheme(), setting)).collect::<Vec<_>>()
    };
    registry.backends().flat_map(of_backend).collect()
}

/// The settings for the store that a URL names. The environment wins over the file.
pub(crate) fn read(registry: &Registry, url: &str, file: &Table) -> Result<BackendSettings, StartError> {
    let scheme = url.split(':').next().unwrap_or_default();
    let backend = registry.backend(scheme)?;
    let mut settings = BackendSettings::default();
    if let Some(table) = file.get(scheme) {
        let wrong =
            |name: &str| StartError::BackendTable { scheme: scheme.to_owned(), name: name.to_owned() };
        for (name, value) in table.as_table().ok_or_else(|| wrong(""))? {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Integer(number) => number.to_string(),
                _ => return Err(wrong(name)),
            };
            settings = settings.with(name, text);
        }
    }
    for setting in backend.settings() {
        // An empty variable is one that somebody took back.
        if let Some(value) = std::env::var(variable(scheme, setting)).ok().filter(|value| !value.is_empty()) {
            settings = settings.with(setting.name, value);
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(url: &str, text: &str) -> Result<BackendSettings, String> {
        let file = text.parse().unwrap();
        read(&Registry::with_built_in(), url, &file).map_err(|error| error.to_string())
    }

    #[test]
    fn the_table_of_the_scheme_counts() {
        let text = "[opensearch]\nuser = 'me'\ndeadline = 7\n[elasticsearch]\nuser = 'other'";
        let settings = from_file("opensearch:http://a", text).unwrap();
        assert_eq!(settings, BackendSettings::default().with("user", "me").with("deadline", "7"));
        assert_eq!(from_file("memory:", text).unwrap(), BackendSettings::default());
        let refused = from_file("opensearch:http://a", "[opensearch]\nuser = ['me']").unwrap_err();
        assert!(refused.contains("[user]") && refused.contains("[opensearch]"), "{refused}");
        assert!(from_file("opensearch:http://a", "opensearch = 1").is_err());
        assert!(from_file("nonsense:", "").unwrap_err().contains("[nonsense]"));
    }
}
