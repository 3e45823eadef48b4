//! The settings that say who may call the service.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use reqwest::Url;

use crate::setting_values::path;

/// Who may call the service.
#[derive(Debug, Clone, Args)]
pub(crate) struct SecuritySettings {
    /// Whether each request needs an API key: auto is off on a loopback address, and refuses to start on any other
    #[arg(long, value_name = "MODE", env = "TRIBUTARY_SECURITY", default_value = "auto")]
    pub(crate) security: SecurityMode,
    /// A file with an API key in its encoded form, which may do everything and is in no store
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_ADMIN_KEY_FILE", value_parser = path())]
    pub(crate) admin_key_file: Option<PathBuf>,
    /// Host names that the service is reached by without security, besides addresses and `localhost`, with commas
    /// between them; requests for others are refused on a loopback address
    #[arg(long, value_name = "NAMES", env = "TRIBUTARY_ALLOWED_HOSTS", value_delimiter = ',')]
    #[arg(value_parser = host_name)]
    pub(crate) allowed_hosts: Vec<String>,
    /// Origins whose pages may call the service from a browser, such as `https://console.example.org`, with commas
    /// between them, or `*` for all
    #[arg(long, value_name = "ORIGINS", env = "TRIBUTARY_CORS_ORIGINS", value_delimiter = ',')]
    #[arg(value_parser = origin)]
    pub(crate) cors_origins: Vec<String>,
}

/// What stands for all origins.
pub(crate) const ANY_ORIGIN: &str = "*";

/// A host name without port, in lower case.
fn host_name(text: &str) -> Result<String, String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(is_part) {
        return Err("a host name is needed, without port, such as tributary.example.org".to_owned());
    }
    Ok(name)
}

/// An origin as browsers send it, or `*`.
fn origin(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    if text == ANY_ORIGIN {
        return Ok(text);
    }
    let needed = "an origin is needed, such as https://console.example.org, or *";
    let url = Url::parse(&text).map_err(|error| format!("{error}; {needed}"))?;
    let sent = url.origin().ascii_serialization();
    match url.scheme() {
        "http" | "https" if sent == text => Ok(sent),
        "http" | "https" => Err(format!("browsers send it as {sent}; {needed}")),
        _ => Err(needed.to_owned()),
    }
}

/// Whether requests need keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecurityMode {
    /// Each request needs one
    On,
    /// Everybody may do everything
    Off,
    /// Off on a loopback address; the service does not start on others
    Auto,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_and_origins_are_checked() {
        assert_eq!(host_name(" Tributary.Example.org.").unwrap(), "tributary.example.org");
        for wrong in ["", ".", "a:9200", "http://a", "a/b", "a b", "*"] {
            assert!(host_name(wrong).unwrap_err().contains("without port"), "{wrong}");
        }
        for (text, expected) in
            [("*", "*"), (" https://A.example ", "https://a.example"), ("http://a:81", "http://a:81")]
        {
            assert_eq!(origin(text).unwrap(), expected);
        }
        for (wrong, reason) in [
            ("", "such as https://"),
            ("a.example", "such as https://"),
            ("ftp://a", "such as https://"),
            ("https://a:443", "browsers send it as https://a;"),
            ("https://a/", "browsers send it as https://a;"),
            ("https://a/path", "browsers send it as https://a;"),
        ] {
            let refused = origin(wrong).unwrap_err();
            assert!(refused.contains(reason), "{wrong}: {refused}");
        }
    }
}
