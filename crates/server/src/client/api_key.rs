//! The API key that calls are made with.

use std::path::PathBuf;

use clap::Args;
use reqwest::header::HeaderValue;
use tributary_service::access::Credentials;
use zeroize::Zeroizing;

use super::failure::{API_KEY_VARIABLE, ClientFailure};
use crate::private_file::{self, Exposure};
use crate::setting_values::{NOT_UTF_8, path};

/// Where the key comes from.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApiKeyOptions {
    /// A file with the API key to ask with, in its encoded form; the key itself can be in the environment instead, as
    /// `TRIBUTARY_API_KEY`
    #[arg(long, value_name = "FILE", value_parser = path())]
    api_key_file: Option<PathBuf>,
}

impl ApiKeyOptions {
    /// The header `Authorization` with the key, if there is one: that of the file, or of the environment.
    pub(crate) fn authorization(&self) -> Result<Option<HeaderValue>, ClientFailure> {
        let Some((place, text)) = self.given() else { return Ok(None) };
        let header = text.and_then(|text| {
            let header = Credentials::parse(&text)
                .and_then(|_| HeaderValue::try_from(format!("ApiKey {}", text.trim())).ok());
            header.ok_or_else(|| "it is not a key in its encoded form, base64 of `id:api_key`".to_owned())
        });
        let mut header = header.map_err(|reason| ClientFailure::ApiKey { place, reason })?;
        header.set_sensitive(true);
        Ok(Some(header))
    }

    /// Where the key is, and its text or why it cannot be read.
    fn given(&self) -> Option<(String, Result<Zeroizing<String>, String>)> {
        if let Some(file) = &self.api_key_file {
            return Some((file.display().to_string(), private_file::read_text(file, Exposure::Warned)));
        }
        // An empty variable counts as not set.
        let given = std::env::var_os(API_KEY_VARIABLE).filter(|key| !key.is_empty())?;
        let text = given.into_string().map(Zeroizing::new).map_err(|_| NOT_UTF_8.to_owned());
        Some((API_KEY_VARIABLE.to_owned(), text))
    }
}
