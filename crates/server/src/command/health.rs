//! `tributary health`: asks a running service whether it is ready, for those who watch over it.

use std::time::Duration;

use clap::Args;

use super::Failure;

const AFTER_HELP: &str = "\
Ends with exit code 0 where the service says that it is ready, with another one where it says that it is not, or \
does not answer. Container images use it as their health check.

Examples:
  tributary health
  tributary health http://127.0.0.1:9200/_health/live";

/// Whom to ask.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// The address to ask: .../_health/ready tells of the store as well, .../_health/live of the process alone
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:9200/_health/ready")]
    url: String,
    /// How long to wait for the answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
}

/// Asks, and says what was answered.
pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(options.timeout)))
        .http_status_as_error(false)
        .build()
        .new_agent();
    let unhealthy = |reason: String| Failure::Unhealthy { url: options.url.clone(), reason };
    let mut answer = agent.get(&options.url).call().map_err(|error| unhealthy(error.to_string()))?;
    let text = answer.body_mut().read_to_string().map_err(|error| unhealthy(error.to_string()))?;
    if !answer.status().is_success() {
        return Err(unhealthy(format!("it answered {}: {text}", answer.status())));
    }
    super::summary::say(&format!("{text}\n"))
}
