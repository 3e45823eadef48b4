//! The address of an engine, and requests to check it.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use ureq::http::Uri;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::distribution::Distribution;

/// The timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The address of an engine.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Which engine it is.
    pub distribution: &'static Distribution,
    /// Its address, without user and password and without a slash at the end.
    pub url: String,
    /// The user, if it requires one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<String>,
}

impl Endpoint {
    /// Parses `http://user:password@host:port`; user and password are optional.
    pub fn parse(distribution: &'static Distribution, text: &str) -> Result<Self> {
        let uri: Uri = text.trim_end_matches('/').parse().with_context(|| format!("no URL: [{text}]"))?;
        ensure!(uri.scheme_str() == Some("http"), "no URL that starts with http://: [{text}]");
        let authority = uri.authority().with_context(|| format!("no host in [{text}]"))?.as_str();
        let (user, host) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((user, host)) => (Some(user), host),
        };
        let (user, password) = match user.map(|user| user.split_once(':')) {
            None => (None, None),
            Some(None) => bail!("a user without a password in [{text}]"),
            Some(Some((user, password))) => (Some(user.to_owned()), Some(password.to_owned())),
        };
        Ok(Self { distribution, url: format!("http://{host}"), user, password })
    }

    /// The URL with user and password, as accepted by [`parse`](Self::parse).
    pub fn url_with_password(&self) -> String {
        match (&self.user, &self.password) {
            (Some(user), Some(password)) => {
                self.url.replacen("http://", &format!("http://{user}:{password}@"), 1)
            }
            _ => self.url.clone(),
        }
    }

    /// Checks that the engine is ready: it responds, and its stored data is available.
    pub fn check_health(&self) -> Result<()> {
        // It returns 408 while stored data is being recovered.
        self.get("/_cluster/health?wait_for_status=yellow&timeout=1s").map(drop)
    }

    /// Returns the id of the server process, which is a child of the started one.
    pub(crate) fn process(&self) -> Result<i32> {
        let answer = self.get("/_nodes/_local/process")?;
        let nodes = answer["nodes"].as_object().context("no nodes")?;
        let id = nodes.values().next().and_then(|node| node["process"]["id"].as_i64());
        Ok(i32::try_from(id.context("no process id")?)?)
    }

    fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, "")
    }

    /// Asks the engine itself, past whatever is tested, with a body where it is not empty; answers the
    /// body of a success.
    pub fn send(&self, method: &str, path: &str, body: impl Into<String>) -> Result<Value> {
        let agent = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).build().new_agent();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(authorization) = self.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let body = body.into();
        let mut answer = if body.is_empty() {
            agent.run(request.body(())?)?
        } else {
            agent.run(request.header(CONTENT_TYPE, "application/json").body(body)?)?
        };
        Ok(answer.body_mut().read_json()?)
    }

    /// The value of the header `authorization`, if the engine requires one.
    pub fn authorization(&self) -> Option<String> {
        let (user, password) = (self.user.as_ref()?, self.password.as_ref()?);
        Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Endpoint> {
        Endpoint::parse(&Distribution::ALL[0], text)
    }

    #[test]
    fn a_url_is_read_and_written() {
        for text in
            ["http://127.0.0.1:9200", "http://elastic:se-cret@127.0.0.1:9200", "http://a:b:c@localhost:1"]
        {
            assert_eq!(parse(text).unwrap().url_with_password(), text);
        }
        let endpoint = parse("http://elastic:secret@127.0.0.1:9200/").unwrap();
        assert_eq!(endpoint.url, "http://127.0.0.1:9200");
        assert_eq!(endpoint.user.as_deref(), Some("elastic"));
        assert_eq!(endpoint.password.as_deref(), Some("secret"));
        assert_eq!(endpoint.authorization().as_deref(), Some("Basic ZWxhc3RpYzpzZWNyZXQ="));
        assert_eq!(parse("http://127.0.0.1:9200").unwrap().authorization(), None);
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in
            ["", "127.0.0.1:9200", "https://127.0.0.1:9200", "http://elastic@127.0.0.1:9200", "http://"]
        {
            assert!(parse(text).is_err(), "[{text}]");
        }
    }
}
