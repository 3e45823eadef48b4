//! Benchmarks of the service: `list` measures lists of sync jobs against one constant body, `search`
//! against a search engine, `log` with the access log against without, `watch` clients that wait, `bulk` changes of many jobs,
//! `content` requests that are passed on to a search engine, `limits` requests beside a crowd of idle and slow clients.

mod access_log;
mod bulk;
mod client;
mod compare;
mod connection;
mod content;
mod failure;
mod figures;
mod fill;
mod jobs;
mod limits;
mod list;
mod raw;
mod search;
mod serve;
mod server;
mod shapes;
mod table;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tributary_storage::Registry;

use failure::Failure;

// As the service itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Tributary.
#[derive(Debug, Parser)]
#[command(name = "tributary-benchmarks", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists of sync jobs, against one constant body of the same size from the same server
    List(list::ListOptions),
    /// Lists over OpenSearch and over the embedded store, against searches in OpenSearch itself
    Search(search::SearchOptions),
    /// Lists of the whole service with its access log, against the same service without
    Log(access_log::AccessLogOptions),
    /// What many clients cost that wait for a change, and when they hear of it
    Watch(watch::WatchOptions),
    /// How long changes of many jobs take
    Bulk(bulk::BulkOptions),
    /// Requests for content indices through the service, against OpenSearch itself
    Content(content::ContentOptions),
    /// Requests beside many connections that are idle, slow, or do not read
    Limits(limits::LimitsOptions),
    /// Store jobs for the other commands
    #[command(hide = true)]
    Fill(fill::FillOptions),
    /// Serve a store for the other commands, until standard input ends
    #[command(hide = true)]
    Serve(serve::ServeOptions),
    /// Is the whole service, for the other commands
    #[command(hide = true)]
    Service {
        /// The command line of the service
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

fn service(arguments: Vec<OsString>) -> Result<(), Failure> {
    let arguments = std::iter::once("tributary".into()).chain(arguments);
    let running = async { tributary_server::run(arguments, &Registry::with_built_in()).await };
    let ended = actix_web::rt::System::new().block_on(running);
    if ended == ExitCode::SUCCESS { Ok(()) } else { Err("the service failed".into()) }
}

fn main() -> Result<(), Failure> {
    match CommandLine::parse().command {
        Command::List(options) => list::run(&options),
        Command::Search(options) => search::run(&options),
        Command::Log(options) => access_log::run(&options),
        Command::Watch(options) => watch::run(&options),
        Command::Bulk(options) => bulk::run(&options),
        Command::Content(options) => content::run(&options),
        Command::Limits(options) => limits::run(&options),
        Command::Fill(options) => actix_web::rt::System::new().block_on(fill::run(options)),
        Command::Service { arguments } => service(arguments),
        Command::Serve(options) => actix_web::rt::System::new().block_on(serve::run(options)),
    }
}
