//! The settings: each declared once, for the command line, the environment, the file and the reference.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Args, Command, CommandFactory as _, FromArgMatches as _, Parser};

use toml::Table;
use tributary_domain::similar_name;
use tributary_storage::{Backend, Registry};

use crate::audit::AuditSettings;
use crate::backend_settings::{self, Tables};
use crate::client::API_KEY_VARIABLE;
use crate::command;
#[cfg(feature = "search")]
use crate::content_settings::{self, ContentSettings};
use crate::error::StartError;
use crate::limit_settings::LimitSettings;
use crate::log_filter::LogFilter;

use crate::secret_keys::{self, SecretKeysFile};
use crate::security_settings::SecuritySettings;
use crate::setting_values::{NOT_UTF_8, PREFIX, api_version, listen_address, not_empty, path, size, whole};
use crate::settings_file::{self, Refused};
use crate::tls::TlsSettings;

const AFTER_HELP: &str = "\
Each setting can also be given in the environment (its name in upper case, prefixed with TRIBUTARY_) or in a TOML \
file (its name with _ for -). Flags take precedence over the environment, the environment over the file. An empty \
value is an error, in the environment too: leave out what is not to be set.

Stores:
  embedded:DIR   in a folder of this machine, nothing to install; survives kill -9; ~/ is the home folder
  memory:        in the memory of this process only
  opensearch:URL[,URL...]     in OpenSearch, can be shared by several services
  elasticsearch:URL[,URL...]  in Elasticsearch, likewise
  User, password and other settings of a search engine are given in the environment (TRIBUTARY_OPENSEARCH_USER ...)
  or in a table of the file ([opensearch] user = ...), never in the URL.

Content indices:
  Requests for other indices are passed on to a search engine: by default to that of the store, if it is one, or to the
  one given with --content. User, password and other settings are given in the environment (TRIBUTARY_CONTENT_USER ...)
  or in a table of the file ([content] url = ..., user = ...).

Secrets of connectors need a key, which `tributary secrets generate-key` generates: in the file given with
--secret-keys-file, or in the environment as TRIBUTARY_SECRET_KEYS. There is no flag, since others could see it. With
--encrypt-sensitive it also encrypts the values of sensitive configuration fields.

Security: on 127.0.0.1 and ::1 everybody may do everything, unless it is turned on. On other addresses --security has to
be chosen; with --security on each request needs an API key, and `tributary keys create` makes the first one.

Examples:
  tributary
  tributary --listen 0.0.0.0:9200 --security on --store embedded:/var/lib/tributary
  TRIBUTARY_STORE=memory: tributary --listen 127.0.0.1:0
  curl http://127.0.0.1:9200/_connector/_sync_job?status=pending";

const DAY: u64 = 24 * 60 * 60;
const GIBIBYTE: u64 = 1 << 30;

/// Serves Elasticsearch's Connector and Connector sync job APIs over the store of your choice.
///
/// Without a command it serves; with one it runs the command and exits.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<command::Command>,
    /// A TOML file with settings
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_CONFIG", value_parser = path())]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// The effective settings.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", env = "TRIBUTARY_LISTEN", value_parser = listen_address)]
    #[arg(default_value = "127.0.0.1:9200")]
    pub(crate) listen: String,
    // A URL may contain a password, which `--help` must not show.
    /// Where documents are kept
    #[arg(long, value_name = "URL", env = "TRIBUTARY_STORE", hide_env_values = true)]
    #[arg(value_parser = not_empty, default_value = "embedded:./data")]
    pub(crate) store: String,
    /// The maximum size of a request body in bytes, after decompression
    #[arg(long, value_name = "BYTES", env = "TRIBUTARY_BODY_LIMIT", value_parser = size(1, GIBIBYTE))]
    #[arg(allow_negative_numbers = true, default_value_t = tributary_api::DEFAULT_BODY_LIMIT)]
    pub(crate) body_limit: usize,
    /// The version of Elasticsearch that clients are told at `GET /`; some accept no older one than their own
    #[arg(long, value_name = "VERSION", env = "TRIBUTARY_API_VERSION", value_parser = api_version)]
    #[arg(default_value_t = tributary_api::Identity::default().version)]
    pub(crate) api_version: String,
    /// How long a client may take to send the head of a request, in seconds
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_HEADER_TIMEOUT", value_parser = whole(1, DAY))]
    #[arg(allow_negative_numbers = true, default_value_t = 10)]
    pub(crate) header_timeout: u64,
    /// In how many seconds a client has to send as many KiB of a body, or to read them of an answer
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_BODY_TIMEOUT", value_parser = whole(1, DAY))]
    #[arg(allow_negative_numbers = true, default_value_t = tributary_api::DEFAULT_BODY_TIMEOUT.as_secs())]
    pub(crate) body_timeout: u64,
    /// How long an idle connection is kept, in seconds
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_KEEP_ALIVE", value_parser = whole(1, DAY))]
    #[arg(allow_negative_numbers = true, default_value_t = 75)]
    pub(crate) keep_alive: u64,
    /// How long running requests may take to finish after SIGTERM or SIGINT, in seconds
    #[arg(long, value_name = "SECONDS", env = "TRIBUTARY_SHUTDOWN_TIMEOUT", value_parser = whole(0, DAY))]
    #[arg(allow_negative_numbers = true, default_value_t = 30)]
    pub(crate) shutdown_timeout: u64,
    /// How many threads serve requests; by default one per processor
    #[arg(long, value_name = "NUMBER", env = "TRIBUTARY_WORKERS", value_parser = size(1, 1024))]
    #[arg(allow_negative_numbers = true)]
    pub(crate) workers: Option<usize>,
    /// What is logged: a level (error, warn, info, debug), or a filter such as `warn,request=info`
    #[arg(long, value_name = "FILTER", env = "TRIBUTARY_LOG", default_value = "info")]
    pub(crate) log: LogFilter,
    /// The format of the log
    #[arg(long, value_name = "FORM", env = "TRIBUTARY_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
    #[command(flatten)]
    pub(crate) limits: LimitSettings,
    #[command(flatten)]
    pub(crate) tls: TlsSettings,
    #[command(flatten)]
    pub(crate) secret_keys: SecretKeysFile,
    /// Store the values of sensitive configuration fields encrypted, with the first of the keys for secrets; without this
    /// setting, values that are encrypted already are still read
    #[arg(long, value_name = "BOOLEAN", env = "TRIBUTARY_ENCRYPT_SENSITIVE", action = ArgAction::Set)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false")]
    pub(crate) encrypt_sensitive: bool,
    #[command(flatten)]
    pub(crate) security: SecuritySettings,
    #[command(flatten)]
    pub(crate) audit: AuditSettings,
    #[cfg(feature = "search")]
    #[command(flatten)]
    pub(crate) content: ContentSettings,
    /// The tables of the settings file that are named after URL schemes.
    #[arg(skip)]
    pub(crate) backends: Tables,
}

impl Settings {
    /// The longest body that any path may take, in bytes.
    pub(crate) fn longest_body(&self) -> usize {
        #[cfg(feature = "search")]
        if self.content.address(&self.store).is_some() {
            return self.body_limit.max(tributary_gateway::LONGEST_BODY);
        }
        self.body_limit
    }
}

/// The log format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Human-readable
    Text,
    /// One JSON object per line
    Json,
}

/// The parsed command line.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// `None` means serve.
    pub(crate) command: Option<command::Command>,
    pub(crate) settings: Settings,
}

impl Invocation {
    /// Merges command line, environment, file and defaults, in this order of precedence.
    #[cfg_attr(not(feature = "search"), allow(unused_mut, reason = "only the gateway adds to it"))]
    pub(crate) fn load(
        arguments: impl IntoIterator<Item = OsString>,
        registry: &Registry,
    ) -> Result<Self, StartError> {
        let arguments: Vec<_> = arguments.into_iter().collect();
        let parse = |command: Command| {
            let matches = command.try_get_matches_from(&arguments)?;
            CommandLine::from_arg_matches(&matches)
        };
        let given = parse(CommandLine::command()).map_err(|error| {
            let from_environment = parse(without_environment(CommandLine::command())).is_ok();
            if from_environment { wrong_variable(&error) } else { StartError::CommandLine(error) }
        })?;
        let Some(file) = given.config else {
            return Ok(Self { command: given.command, settings: given.settings });
        };
        let (backends, mut settings): (Table, Table) =
            settings_file::read(&file)?.into_iter().partition(|(name, _)| registry.backend(name).is_ok());
        let mut backends =
            backend_settings::tables(registry, backends).map_err(|reason| wrong_file(&file, reason))?;
        #[cfg(feature = "search")]
        content_settings::take_table(&mut settings, &mut backends)
            .map_err(|reason| wrong_file(&file, reason))?;
        let with_settings = registry.backends().filter(|backend| !backend.settings().is_empty());
        let schemes: Vec<_> = with_settings.map(Backend::scheme).chain(content_table()).collect();
        // Values of the file replace the defaults, so that everything else takes precedence.
        let command = settings.into_iter().try_fold(CommandLine::command(), |command, one| {
            settings_file::as_default(command, one, &schemes).map_err(|reason| wrong_file(&file, reason))
        })?;
        let settings = parse(command).map_err(|error| {
            let Refused { name, reason } = Refused::of(&error);
            wrong_file(&file, format!("the setting [{name}] {reason}"))
        })?;
        let settings = Settings { backends, ..settings.settings };
        Ok(Self { command: given.command, settings })
    }
}

/// The table of the file for the engine of the content indices.
fn content_table() -> Option<&'static str> {
    cfg!(feature = "search").then_some("content")
}

/// The command without environment variables.
fn without_environment(command: Command) -> Command {
    command.mut_args(|one| one.env(Resettable::Reset))
}

/// An error for an environment variable, with the variable's name.
fn wrong_variable(error: &clap::Error) -> StartError {
    let Refused { name, reason } = Refused::of(error);
    if name.is_empty() {
        // clap does not name the variable if its value is not UTF-8.
        let known = CommandLine::command();
        let known = known.get_arguments().filter_map(|one| one.get_env());
        let odd = known.filter(|name| std::env::var_os(name).is_some_and(|value| value.to_str().is_none()));
        let odd: Vec<_> = odd.map(|name| name.to_string_lossy()).collect();
        return StartError::Variable { variable: odd.join(", "), reason: NOT_UTF_8.to_owned() };
    }
    let variable = format!("{PREFIX}{}", name.to_uppercase());
    StartError::Variable { variable, reason: format!("--{} {reason}", name.replace('_', "-")) }
}

fn wrong_file(file: &Path, reason: String) -> StartError {
    StartError::File { file: file.to_owned(), reason }
}

/// Every flag, its environment variable and default, and the commands.
pub(crate) fn command_line() -> Command {
    CommandLine::command()
}

/// The arguments of a command and of those inside it.
fn all_arguments(command: &Command) -> Box<dyn Iterator<Item = &Arg> + '_> {
    Box::new(command.get_arguments().chain(command.get_subcommands().flat_map(all_arguments)))
}

/// Environment variables with the prefix of settings that are not settings, with the nearest known name.
#[cfg_attr(not(feature = "search"), allow(unused_mut, reason = "only the gateway adds to it"))]
pub(crate) fn unknown_variables(registry: &Registry) -> Vec<(String, Option<String>)> {
    let command = CommandLine::command();
    let mut of_backends = backend_settings::variables(registry);
    #[cfg(feature = "search")]
    of_backends.extend(content_settings::variables());
    let known = all_arguments(&command).filter_map(|one| one.get_env()?.to_str());
    let known: Vec<_> = known
        .chain(of_backends.iter().map(String::as_str))
        .chain([secret_keys::VARIABLE, API_KEY_VARIABLE])
        .collect();
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    let unknown = names.filter(|name| name.starts_with(PREFIX) && !known.contains(&name.as_str()));
    let with_meant = |name: String| {
        let meant = similar_name(&name, known.iter().copied()).map(str::to_owned);
        (name, meant)
    };
    unknown.map(with_meant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security_settings::SecurityMode;

    fn load(arguments: &[&str]) -> Result<Settings, StartError> {
        let arguments = ["tributary"].iter().chain(arguments).map(OsString::from);
        Invocation::load(arguments, &Registry::with_built_in()).map(|invocation| invocation.settings)
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let with_file = |text: &str, more: &[&str]| {
            std::fs::write(&path, text).unwrap();
            load(&[&["--config", path.to_str().unwrap()], more].concat())
        };
        let text = "listen = '127.0.0.1:1'\nstore = 'memory:'\nlog_format = 'json'\nworkers = 3";
        let settings = with_file(text, &["--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!((settings.listen.as_str(), settings.store.as_str()), ("127.0.0.1:2", "memory:"));
        assert_eq!((settings.log_format, settings.keep_alive), (LogFormat::Json, 75));
        assert_eq!(settings.workers, Some(3));
        assert!(!settings.encrypt_sensitive && load(&["--encrypt-sensitive"]).unwrap().encrypt_sensitive);
        let settings = with_file("encrypt_sensitive = true", &[]).unwrap();
        assert!(settings.encrypt_sensitive);
        assert!(
            !with_file("encrypt_sensitive = true", &["--encrypt-sensitive=false"]).unwrap().encrypt_sensitive
        );

        for (text, parts) in [
            ("listne = '127.0.0.1:1'", ["[listne]", "[listen]"]),
            ("nothing_like_it = 1", ["[nothing_like_it]", "[log_format]"]),
            ("config = 'x'", ["[config]", "[listen]"]),
            ("body_limit = 0", ["[body_limit]", "from 1 to 1073741824"]),
            ("body_limit = 'much'", ["[much]", "from 1 to 1073741824"]),
            ("keep_alive = true", ["[keep_alive]", "from 1 to 86400"]),
            ("keep_alive = -1", ["[-1]", "from 1 to 86400"]),
            ("header_timeout = 1.5", ["[header_timeout]", "from 1 to 86400"]),
            ("listen = ['a']", ["[listen]", "one value"]),
            ("[listen]\nport = 1", ["[listen]", "one value"]),
            ("log_format = 'xml'", ["[log_format]", "text, json"]),
            ("encrypt_sensitive = 'yes'", ["[encrypt_sensitive]", "true, false"]),
            ("store = ", ["line 1", "string"]),
            ("store = 'a:'\nstore = 'b:'", ["line 2", "duplicate"]),
        ] {
            let reason = with_file(text, &[]).unwrap_err().to_string();
            for part in [parts[0], parts[1], path.to_str().unwrap()] {
                assert!(reason.contains(part), "[{part}] is missing: {reason}");
            }
        }
        let text = "security = 'off'\nallowed_hosts = 'a, B'\ncors_origins = 'http://a,http://b'";
        let security = with_file(text, &["--security", "on"]).unwrap().security;
        assert_eq!(security.security, SecurityMode::On);
        assert_eq!((security.allowed_hosts.join("+"), security.cors_origins.len()), ("a+b".to_owned(), 2));
        // The command line takes precedence.
        assert_eq!(with_file("keep_alive = 5", &["--keep-alive", "6"]).unwrap().keep_alive, 6);
        let missing = load(&["--config", "/nowhere/at/all.toml"]).unwrap_err().to_string();
        assert!(missing.contains("/nowhere/at/all.toml"), "{missing}");
    }

    #[test]
    fn a_value_that_cannot_be_names_its_setting_and_what_is_allowed() {
        for (flag, values, allowed) in [
            ("--body-limit", ["0", "-1", "1073741825"], "from 1 to 1073741824"),
            ("--header-timeout", ["0", "-1", "99999999999999999999"], "from 1 to 86400"),
            ("--body-timeout", ["0", "-1", "86401"], "from 1 to 86400"),
            ("--keep-alive", ["0", "-1.5", "86401"], "from 1 to 86400"),
            ("--shutdown-timeout", ["1s", "-1", "86401"], "from 0 to 86400"),
            ("--workers", ["0", "-1", "1025"], "from 1 to 1024"),
            ("--max-connections", ["0", "-1", "1048577"], "from 1 to 1048576"),
            ("--max-running-requests", ["0", "-1", "1048577"], "from 1 to 1048576"),
            ("--max-running-requests-per-key", ["0", "-1", "1048577"], "from 1 to 1048576"),
            ("--max-waiting-requests", ["0", "-1", "1048577"], "from 1 to 1048576"),
            ("--max-waiting-requests-per-key", ["0", "-1", "1048577"], "from 1 to 1048576"),
            ("--requests-per-second", ["0", "-1", "1048577"], "from 1 to 1048576"),
            ("--requests-per-second-per-key", ["0", "0.5", "1048577"], "from 1 to 1048576"),
            ("--body-memory", ["0", "1048575", "1GB"], "from 1048576 to 1099511627776"),
            ("--answer-memory", ["0", "1048575", "-1"], "from 1048576 to 1099511627776"),
            ("--log-format", ["xml", "XML", ""], "text, json"),
            ("--security", ["yes", "true", ""], "on, off, auto"),
            ("--allowed-hosts", ["", "a:1", "a,,b"], "a host name is needed, without port"),
            ("--cors-origins", ["", "a.example", "http://a,"], "an origin is needed, such as"),
        ] {
            for value in values {
                let reason = load(&[flag, value]).unwrap_err().to_string();
                assert!(reason.contains(flag) && reason.contains(allowed), "{flag} {value}: {reason}");
            }
        }
    }

    #[test]
    fn every_setting_has_the_same_name_everywhere() {
        let mut command = CommandLine::command();
        command.build();
        command.clone().debug_assert();
        for one in command.get_arguments().filter(|one| one.get_env().is_some()) {
            let name = one.get_id().as_str();
            assert_eq!(one.get_long(), Some(name.replace('_', "-").as_str()));
            let variable = format!("{PREFIX}{}", name.to_uppercase());
            assert_eq!(one.get_env().and_then(std::ffi::OsStr::to_str), Some(variable.as_str()));
        }
        let declared = command.get_arguments().filter(|one| one.get_env().is_none());
        let declared: Vec<_> = declared.map(|one| one.get_id().as_str()).collect();
        assert_eq!(declared, ["help", "version"], "a setting that cannot stand in the environment");
    }
}
