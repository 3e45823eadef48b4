//! The settings of the store's backend: from the environment, and from the table of the settings file that is named
//! after the URL scheme.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::{Table, Value};
use tributary_domain::similar_name;
use tributary_storage::{BackendSetting, BackendSettings, OpenError, Registry, Store};

use crate::error::StartError;

use crate::setting_values::{NOT_UTF_8, PREFIX};
use crate::settings_file;

/// The environment variable of a setting, such as `TRIBUTARY_OPENSEARCH_PASSWORD`.
pub(crate) fn variable(scheme: &str, setting: &BackendSetting) -> String {
    format!("{PREFIX}{}_{}", scheme.to_uppercase(), setting.name.to_uppercase())
}

/// The environment variables of all backends.
pub(crate) fn variables(registry: &Registry) -> Vec<String> {
    let of_backend = |backend: &dyn tributary_storage::Backend| {
        backend.settings().iter().map(|setting| variable(backend.scheme(), setting)).collect::<Vec<_>>()
    };
    registry.backends().flat_map(of_backend).collect()
}

/// The tables of the settings file, by URL scheme.
pub(crate) type Tables = BTreeMap<String, BackendSettings>;

/// Parses the tables; those of unused stores are validated as well.
pub(crate) fn tables(registry: &Registry, file: Table) -> Result<Tables, String> {
    let read = |(scheme, value): (String, Value)| {
        let backend = registry.backend(&scheme).map_err(|error| error.to_string())?;
        let Value::Table(values) = value else {
            return Err(format!(
                "[{scheme}] is a table with settings of that store, and not {}; the store itself is named by the setting \
                 [store]",
                settings_file::described(&value)
            ));
        };
        let settings = table(&scheme, backend.settings(), &values)?;
        Ok((scheme, settings))
    };
    file.into_iter().map(read).collect()
}

/// Parses one table. Errors never repeat a value, since it may be a secret.
pub(crate) fn table(
    scheme: &str,
    known: &[BackendSetting],
    values: &Table,
) -> Result<BackendSettings, String> {
    let mut settings = BackendSettings::default();
    for (name, value) in values {
        let known = || known.iter().map(|setting| setting.name);
        if !known().any(|known| known == name) {
            let meant = similar_name(name, known());
            let meant = meant.map_or_else(
                || match known().collect::<Vec<_>>().join("], [") {
                    none if none.is_empty() => "it has none".to_owned(),
                    known => format!("it has: [{known}]"),
                },
                |meant| format!("did you mean [{meant}]?"),
            );
            return Err(format!("the table [{scheme}] has no setting [{name}]; {meant}"));
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => {
                return Err(format!(
                    "the setting [{name}] in the table [{scheme}] takes one value, a text in quotes or a whole number, \
                     and not {}",
                    settings_file::described(value)
                ));
            }
        };
        settings = settings.with(name, text);
    }
    Ok(settings)
}

/// Opens the store of a URL, with settings from the environment and the file. The environment takes precedence.
pub(crate) async fn open(
    registry: &Registry,
    url: &str,
    tables: &Tables,
) -> Result<Arc<dyn Store>, StartError> {
    let scheme = url.split(':').next().unwrap_or_default();
    let settings = read(scheme, registry.backend(scheme)?.settings(), tables)?;
    registry.open_with(url, &settings).await.map_err(|error| match error {
        OpenError::InvalidSetting { ref name, .. } => {
            let variable = format!("{PREFIX}{}_{}", scheme.to_uppercase(), name.to_uppercase());
            if std::env::var_os(&variable).is_some() {
                return StartError::Variable { variable, reason: error.to_string() };
            }
            StartError::Table { scheme: scheme.to_owned(), error }
        }
        error => error.into(),
    })
}

/// The values of settings from the environment and the file.
pub(crate) fn read(
    scheme: &str,
    known: &[BackendSetting],
    tables: &Tables,
) -> Result<BackendSettings, StartError> {
    let mut settings = tables.get(scheme).cloned().unwrap_or_default();
    for setting in known {
        let variable = variable(scheme, setting);
        // An empty variable counts as not set.
        if let Some(value) = std::env::var_os(&variable).filter(|value| !value.is_empty()) {
            let value = value
                .into_string()
                .map_err(|_| StartError::Variable { variable, reason: NOT_UTF_8.to_owned() })?;
            settings = settings.with(setting.name, value);
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(text: &str) -> Result<Tables, String> {
        tables(&Registry::with_built_in(), text.parse().unwrap())
    }

    #[test]
    fn each_store_has_its_table() {
        let text = "[opensearch]\nuser = 'me'\ndeadline = 7\n[elasticsearch]\nuser = 'other'\n[memory]";
        let tables = from_file(text).unwrap();
        assert_eq!(tables["opensearch"], BackendSettings::default().with("user", "me").with("deadline", "7"));
        assert_eq!(tables["elasticsearch"], BackendSettings::default().with("user", "other"));
        assert_eq!(tables["memory"], BackendSettings::default());
        let registry = Registry::with_built_in();
        let settings =
            read("opensearch", registry.backend("opensearch").unwrap().settings(), &tables).unwrap();
        assert_eq!(settings, tables["opensearch"]);
    }

    #[test]
    fn tables_that_cannot_be() {
        for (text, parts) in [
            ("[opensearch]\nuser = ['hidden']", ["[user]", "[opensearch]", "not a list"]),
            ("[opensearch]\ndeadline = 1.5", ["[deadline]", "a whole number", "with a fraction"]),
            ("[opensearch]\ndeadline = true", ["[deadline]", "a whole number", "true or false"]),
            ("[opensearch.user]\nname = 'hidden'", ["[user]", "one value", "not a table"]),
            ("[opensearch]\npasword = 'hidden'", ["[pasword]", "did you mean", "[password]"]),
            ("[opensearch]\nzzz = 'hidden'", ["[zzz]", "it has:", "[index_prefix]"]),
            ("[memory]\nsize = 5", ["[memory]", "[size]", "no setting"]),
            ("opensearch = 1", ["[opensearch] is a table", "not a number", "[store]"]),
            ("opensearch = 'http://hidden'", ["[opensearch] is a table", "not a text", "[store]"]),
            ("[[opensearch]]\nuser = 'hidden'", ["[opensearch] is a table", "not a list", "[store]"]),
        ] {
            let reason = from_file(text).unwrap_err();
            assert!(parts.iter().all(|part| reason.contains(part)), "{text}: {reason}");
            assert!(!reason.contains("hidden"), "{reason}");
        }
    }
}
