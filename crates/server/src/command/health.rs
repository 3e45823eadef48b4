//! `tributary health`: asks a running service whether it is ready, for health checks.

use std::error::Error;
use std::io;
use std::time::Duration;

use clap::Args;
use reqwest::Url;
use reqwest::header::AUTHORIZATION;

use super::Failure;
use crate::client::{ApiKeyOptions, ConnectionOptions, causes, plain};
use crate::setting_values::whole;
use crate::streams;

const AFTER_HELP: &str = "\
The exit code is 0 if the service is ready, and another one if it is not or does not answer. Container images use \
it as their health check.

Examples:
  tributary health
  tributary health http://127.0.0.1:9200/_health/live
  tributary health https://localhost:9200/_health/ready --ca-certificate authority.pem";

/// Whom to ask.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct HealthOptions {
    /// The address to query: .../_health/ready includes the store, .../_health/live is the process alone
    #[arg(value_name = "URL", value_parser = address, env = "TRIBUTARY_HEALTH_URL", hide_env_values = true)]
    #[arg(default_value = "http://127.0.0.1:9200/_health/ready")]
    url: Url,
    /// How long to wait for the answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 6, value_parser = whole(1, 60))]
    #[arg(allow_negative_numbers = true)]
    timeout: u64,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    api_key: ApiKeyOptions,
}

/// Parses an address that this command can query.
fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| {
        "an address is needed that begins with http:// or https://, such as http://127.0.0.1:9200/_health/ready"
            .to_owned()
    })
}

/// Queries the address and prints the answer.
pub(super) async fn run(options: &HealthOptions) -> Result<(), Failure> {
    let unhealthy = |reason: String| Failure::Unhealthy { url: shown(&options.url), reason };
    let no_answer = |error: reqwest::Error| unhealthy(reason(&error, &options.url));
    let http = options.connection.http_client()?.timeout(Duration::from_secs(options.timeout));
    let http = http.build().map_err(no_answer)?;
    let mut request = http.get(options.url.clone());
    if let Some(authorization) = options.api_key.authorization()? {
        request = request.header(AUTHORIZATION, authorization);
    }
    let answer = request.send().await.map_err(no_answer)?;
    let status = answer.status();
    let text = answer.text().await.map_err(no_answer)?;
    if !status.is_success() {
        return Err(unhealthy(format!("it answered {status}: {}", plain(&text))));
    }
    streams::say(&format!("{text}\n")).map_err(Failure::Answer)
}

/// An address without a password.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// Why there is no answer.
fn reason(error: &reqwest::Error, url: &Url) -> String {
    let hint = hint(error, url.scheme() == "https");
    let other = |scheme: &str| {
        let mut url = url.clone();
        let _ = url.set_scheme(scheme);
        shown(&url)
    };
    let hint = match hint {
        None => String::new(),
        Some(Hint::NoTls) => format!("it does not speak TLS; {} would be right: ", other("http")),
        Some(Hint::NoHttp) => {
            format!("it does not answer in HTTP; if it speaks TLS, {} would be right: ", other("https"))
        }
        Some(Hint::Closed) => {
            format!("it closed the connection; if it speaks TLS, {} would be right: ", other("https"))
        }
        Some(Hint::NotTrusted) => {
            "its certificate is not trusted; --ca-certificate takes the authority that signed it: ".to_owned()
        }
    };
    format!("{hint}{}", causes(error))
}

/// What may be the matter.
#[derive(Debug, Clone, Copy)]
enum Hint {
    NoTls,
    NoHttp,
    Closed,
    NotTrusted,
}

fn hint(error: &reqwest::Error, is_tls: bool) -> Option<Hint> {
    std::iter::successors(error.source(), |&cause| cause.source()).find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<hyper::Error>() {
            let is_closed = error.is_incomplete_message();
            return match is_tls {
                false if error.is_parse() => Some(Hint::NoHttp),
                false if is_closed => Some(Hint::Closed),
                _ => None,
            };
        }
        // Errors of TLS are wrapped in others more than once, and are not the sources of those.
        let mut error = cause.downcast_ref::<io::Error>()?;
        while let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
            error = inner;
        }
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match tls {
            Some(rustls::Error::InvalidCertificate(_)) => Some(Hint::NotTrusted),
            Some(rustls::Error::InvalidMessage(_)) => Some(Hint::NoTls),
            _ if is_tls && error.kind() == io::ErrorKind::UnexpectedEof => Some(Hint::NoTls),
            _ => None,
        }
    })
}
