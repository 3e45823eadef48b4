//! The service: Elasticsearch's Connector and Connector sync job APIs over the store of your choice, extensible with
//! stores of your own.
//!
//! ```
//! # use std::process::ExitCode;
//! #[actix_web::main]
//! async fn main() -> ExitCode {
//!     let mut registry = tributary_storage::Registry::with_built_in();
//!     // registry.register(YourBackend);
//!     let arguments = std::env::args_os();
//!     # let arguments = ["tributary", "--version"].map(std::ffi::OsString::from);
//!     tributary_server::run(arguments, &registry).await
//! }
//! ```

mod access_log;
mod audit;
mod backend_settings;
mod batched_writer;
mod client;
mod command;
mod compression;
#[cfg(feature = "search")]
mod content;
#[cfg(feature = "search")]
mod content_settings;
mod error;
mod http;
mod limit_settings;
mod log_filter;
mod logging;
mod private_file;
mod secret_keys;
mod security;
mod security_settings;
mod serve;
mod setting_values;
mod settings;
mod settings_file;
mod signals;
mod sites;
mod streams;
mod tls;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use tributary_storage::{BackendSetting, Registry};

pub use audit::AUDIT_FIELDS;
use command::{Failure, Stores};
use error::StartError;
use settings::Invocation;

/// Runs the command line over the registered stores: serves until a signal, or runs a command. Errors are printed to
/// standard error.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, registry: &Registry) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(exit_code) = command::answer_completion(&arguments, command_line) {
        return exit_code;
    }
    #[cfg(feature = "embedded")]
    print_no_panics_that_are_caught();
    let invocation = Invocation::load(arguments, registry)
        .and_then(|known| signals::survive_file_limits().map(|()| known).map_err(StartError::Signals));
    let result = match invocation {
        Ok(Invocation { command: Some(command), settings }) => {
            let stores = Stores::new(registry, &settings.backends);
            let done = command.run(&stores, &settings.secret_keys, command_line()).await;
            return done.map_or_else(|failure| command_failed(&failure), |()| ExitCode::SUCCESS);
        }
        Ok(Invocation { command: None, settings }) => serve::run(settings, registry).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError::CommandLine(answer)) => command_line_answer(&answer),
        Err(error) => fail(&error),
    }
}

/// A corrupt file makes the database panic; such panics are caught and reported as errors, so the hook does not print
/// them.
#[cfg(feature = "embedded")]
fn print_no_panics_that_are_caught() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |information| {
        if !tributary_storage::is_catching_panics() {
            usual(information);
        }
    }));
}

fn command_failed(failure: &Failure) -> ExitCode {
    if !failure.is_silent() {
        fail(failure);
    }
    ExitCode::from(failure.exit_code())
}

fn fail(error: &dyn Display) -> ExitCode {
    streams::tell(&format!("tributary: {error}\n"));
    ExitCode::FAILURE
}

/// Prints a command line error, or the output of `--help` or `--version`.
fn command_line_answer(answer: &clap::Error) -> ExitCode {
    if answer.use_stderr() {
        // The reader may have gone already.
        let _ = answer.print();
        return u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    let printed = streams::output().and_then(|mut output| answer.print().and_then(|()| output.flush()));
    printed.map_or_else(|error| fail(&StartError::Printing(error)), |()| ExitCode::SUCCESS)
}

/// The command line with every flag, its environment variable and default, and the commands: for generated references.
#[must_use]
pub fn command_line() -> clap::Command {
    settings::command_line()
}

/// The environment variable of a backend's setting, such as `TRIBUTARY_OPENSEARCH_PASSWORD`.
#[must_use]
pub fn backend_variable(scheme: &str, setting: &BackendSetting) -> String {
    backend_settings::variable(scheme, setting)
}
