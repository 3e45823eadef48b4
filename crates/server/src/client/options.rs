//! The options that say where the service is.

use std::time::Duration;

use clap::Args;
use reqwest::Url;

use super::api_key::ApiKeyOptions;
use super::connection_options::ConnectionOptions;
use crate::setting_values::whole;

/// Where the service is, and how long to wait for it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceOptions {
    // It may contain a password for a proxy, which `--help` must not show.
    /// The address of the service, with the path that its API is mounted at, if any
    #[arg(long, value_name = "URL", env = "TRIBUTARY_URL", hide_env_values = true)]
    #[arg(value_parser = service_address, default_value = "http://127.0.0.1:9200")]
    pub(super) url: Url,
    #[command(flatten)]
    pub(super) api_key: ApiKeyOptions,
    /// How long to wait for an answer, in seconds; changes of all jobs that match may take longer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = whole(1, 86_400))]
    #[arg(allow_negative_numbers = true)]
    request_timeout: u64,
    #[command(flatten)]
    pub(super) connection: ConnectionOptions,
}

impl ServiceOptions {
    /// How long to wait for an answer.
    pub(super) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout)
    }
}

/// Parses the address of a service.
fn service_address(text: &str) -> Result<Url, String> {
    let example = "an address is needed that begins with http:// or https://, such as http://127.0.0.1:9200";
    let url = Url::parse(text).map_err(|error| format!("{error}; {example}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(example.to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("an address has no query".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        for good in ["http://127.0.0.1:9200", "https://user:word@[::1]/a/path/", "HTTP://localhost"] {
            assert!(service_address(good).is_ok(), "{good}");
        }
        for (wrong, reason) in [
            ("", "such as http://127.0.0.1:9200"),
            ("127.0.0.1:9200", "such as http://127.0.0.1:9200"),
            ("localhost:9200", "begins with http://"),
            ("ftp://localhost", "begins with http://"),
            ("http://", "empty host"),
            ("http://a:99999", "invalid port"),
            ("http://a/?b", "no query"),
        ] {
            let refused = service_address(wrong).unwrap_err();
            assert!(refused.contains(reason), "{wrong}: {refused}");
        }
    }
}
