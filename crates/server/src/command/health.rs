//! `tributary health`: asks a running service whether it is ready, for health checks.

use std::io::ErrorKind;
use std::time::Duration;

use clap::Args;
use ureq::Error;

use super::Failure;
use crate::client::ApiKeyOptions;
use crate::setting_values::whole;
use crate::streams;

const AFTER_HELP: &str = "\
The exit code is 0 if the service is ready, and another one if it is not or does not answer. Container images use \
it as their health check.

Examples:
  tributary health
  tributary health http://127.0.0.1:9200/_health/live";

/// Whom to ask.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct HealthOptions {
    /// The address to query: .../_health/ready includes the store, .../_health/live is the process alone
    #[arg(value_name = "URL", value_parser = address, default_value = "http://127.0.0.1:9200/_health/ready")]
    url: String,
    /// How long to wait for the answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 6, value_parser = whole(1, 60))]
    #[arg(allow_negative_numbers = true)]
    timeout: u64,
    #[command(flatten)]
    api_key: ApiKeyOptions,
}

/// Parses an address that this command can query.
fn address(text: &str) -> Result<String, String> {
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") && !rest.is_empty() => {
            Ok(text.to_owned())
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Err(format!(
            "the service does not speak TLS, nor does this command; http://{rest} would be right, past whatever adds \
             TLS to it"
        )),
        _ => {
            Err("an address is needed that begins with http://, such as http://127.0.0.1:9200/_health/ready"
                .to_owned())
        }
    }
}

/// Queries the address and prints the answer.
pub(super) fn run(options: &HealthOptions) -> Result<(), Failure> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(options.timeout)))
        .http_status_as_error(false)
        .build()
        .new_agent();
    let unhealthy = |reason: String| Failure::Unhealthy { url: options.url.clone(), reason };
    let mut request = agent.get(&options.url);
    if let Some(authorization) = options.api_key.authorization()? {
        request = request.header("Authorization", authorization);
    }
    let mut answer = request.call().map_err(|error| unhealthy(reason(&error)))?;
    let text = answer.body_mut().read_to_string().map_err(|error| unhealthy(error.to_string()))?;
    if !answer.status().is_success() {
        return Err(unhealthy(format!("it answered {}: {text}", answer.status())));
    }
    streams::say(&format!("{text}\n")).map_err(Failure::Answer)
}

/// Why there is no answer.
fn reason(error: &Error) -> String {
    let hint = match error {
        Error::Protocol(_) => {
            "it does not answer in HTTP; if it speaks TLS there, this command cannot ask it: "
        }
        Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "it closed the connection; if it speaks TLS there, this command cannot ask it: "
        }
        Error::TlsRequired => "it sends on to an address with https://, which this command cannot ask: ",
        _ => "",
    };
    format!("{hint}{error}")
}
