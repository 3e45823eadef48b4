//! Requests to Tributary, and to the engine that has the content.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tributary_engines::Endpoint;
use ureq::http::Request;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, WARNING};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Somebody who is asked.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) warnings: Vec<String>,
    pub(crate) body: Value,
}

impl Client {
    /// Somebody at this address, who asks for no credentials.
    pub(crate) fn new(base: &str) -> Self {
        // Errors are answers like others, with a body that says what was wrong.
        let settings =
            ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
        Self { agent: settings.build().new_agent(), base: base.to_owned(), authorization: None }
    }

    /// The engine itself.
    pub(crate) fn of_engine(endpoint: &Endpoint) -> Self {
        Self { authorization: endpoint.authorization(), ..Self::new(&endpoint.url) }
    }

    /// One request, with a JSON body unless it is null.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let answered = if body.is_null() {
            self.agent.run(request.body(())?)
        } else {
            self.agent.run(request.header(CONTENT_TYPE, "application/json").body(body.to_string())?)
        };
        let mut answered = answered.with_context(|| format!("{method} {path} was not answered"))?;
        let warnings = answered.headers().get_all(WARNING).iter();
        let warnings = warnings.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        let text = answered.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status: answered.status().as_u16(), warnings, body })
    }

    /// The body of a success.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let answer = self.ask(method, path, body)?;
        ensure!(answer.status < 300, "{method} {path} was answered {}: {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// The body of a success of a `GET`.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, &Value::Null)
    }
}
