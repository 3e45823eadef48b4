//! The settings: each declared once, for the command line, the environment and the file.

use std::path::PathBuf;

use clap::Parser;
use config::{Config, File};
use serde::{Deserialize, Serialize};

use crate::error::StartError;

const AFTER_HELP: &str = "\
Each setting can also stand in the environment (its name in upper case with TRIBUTARY_ in front) or in a TOML \
file (its name with _ for -). Flags win over the environment, the environment over the file.

Stores:
  embedded:DIR   in a folder of this machine, nothing to install; survives kill -9
  memory:        in this process only, gone with it

Examples:
  tributary
  tributary --listen 0.0.0.0:9200 --store embedded:/var/lib/tributary
  TRIBUTARY_STORE=memory: tributary --listen 127.0.0.1:0
  curl http://127.0.0.1:9200/_connector/_sync_job?status=pending";

/// Serves Elasticsearch's Connector and Connector sync job APIs over the store of your choice.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, about, after_help = AFTER_HELP)]
pub(crate) struct CommandLine {
    /// A TOML file with settings
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
}

/// What may be given on the command line and in the environment; what is left out is looked up in
/// the file, and then has its default.
#[derive(Debug, clap::Args, Serialize)]
struct Given {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:9200]
    #[arg(long, value_name = "ADDRESS:PORT", env = "TRIBUTARY_LISTEN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<String>,
    /// Where documents are kept [default: embedded:./data]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_STORE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    /// The most bytes of a request body, after it is unpacked [default: 1048576]
    #[arg(long, value_name = "BYTES", env = "TRIBUTARY_BODY_LIMIT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    body_limit: Option<usize>,
    /// How long a client may take to send the head of a request, in seconds [default: 10]
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_HEADER_TIMEOUT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    header_timeout: Option<u64>,
    /// How long an idle connection is kept, in seconds [default: 75]
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_KEEP_ALIVE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_alive: Option<u64>,
    /// How long running requests may take to finish after SIGTERM, in seconds [default: 30]
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_SHUTDOWN_TIMEOUT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    shutdown_timeout: Option<u64>,
    /// How many threads serve requests [default: one a processor]
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_WORKERS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,
    /// What is logged: a level (error, warn, info, debug), or a filter such as warn,request=info [default: info]
    #[arg(long, value_name = "FILTER", env = "TRIBUTARY_LOG")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// The form of the log: text or json [default: text]
    #[arg(long, value_name = "FORM", env = "TRIBUTARY_LOG_FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<LogFormat>,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings as they hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) listen: String,
    pub(crate) store: String,
    pub(crate) body_limit: usize,
    pub(crate) header_timeout: u64,
    pub(crate) keep_alive: u64,
    pub(crate) shutdown_timeout: u64,
    pub(crate) workers: Option<usize>,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:9200".into(),
            store: "embedded:./data".into(),
            body_limit: tributary_api::DEFAULT_BODY_LIMIT,
            header_timeout: 10,
            keep_alive: 75,
            shutdown_timeout: 30,
            workers: None,
            log: "info".into(),
            log_format: LogFormat::Text,
        }
    }
}

impl Settings {
    /// Puts the file under what was given.
    pub(crate) fn load(command_line: CommandLine) -> Result<Self, StartError> {
        let mut layers = Config::builder();
        if let Some(path) = command_line.config {
            if !path.exists() {
                return Err(StartError::MissingFile(path));
            }
            layers = layers.add_source(File::from(path).format(config::FileFormat::Toml));
        }
        let layers = layers.add_source(Config::try_from(&command_line.given)?);
        Ok(layers.build()?.try_deserialize()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(arguments: &[&str]) -> Result<Settings, StartError> {
        let arguments = ["tributary"].iter().chain(arguments);
        Settings::load(CommandLine::try_parse_from(arguments).unwrap())
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let path = std::env::temp_dir().join(format!("tributary-settings-{}.toml", std::process::id()));
        std::fs::write(&path, "listen = '127.0.0.1:1'\nstore = 'memory:'\nlog_format = 'json'").unwrap();
        let settings = load(&["--config", path.to_str().unwrap(), "--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!((settings.listen.as_str(), settings.store.as_str()), ("127.0.0.1:2", "memory:"));
        assert_eq!((settings.log_format, settings.keep_alive), (LogFormat::Json, 75));

        std::fs::write(&path, "listne = '127.0.0.1:1'").unwrap();
        let reason = load(&["--config", path.to_str().unwrap()]).unwrap_err().to_string();
        assert!(reason.contains("listne"), "{reason}");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(load(&["--config", "/nowhere/at/all.toml"]), Err(StartError::MissingFile(_))));
    }

    #[test]
    fn the_command_line_is_consistent() {
        <CommandLine as clap::CommandFactory>::command().debug_assert();
    }
}
