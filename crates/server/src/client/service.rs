//! Calls of a running service.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;
use tributary_api::{ENDPOINTS, Endpoint};

use super::failure::ClientFailure;
use super::flags::EndpointFlags;
use super::options::ServiceOptions;
use super::plain::plain;

/// What an id may contain in a path as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The header with the id of the last event that was received.
const LAST_EVENT_ID: &str = "Last-Event-ID";
/// The header that every answer of the API has, and its value.
const PRODUCT: &str = "X-Elastic-Product";
const PRODUCT_NAME: &str = "Elasticsearch";
const EVENT_STREAM: &str = "text/event-stream";

/// A running service.
#[derive(Debug)]
pub(crate) struct Service {
    http: reqwest::Client,
    base: Url,
    request_timeout: Duration,
    /// The API key, as it is sent.
    authorization: Option<HeaderValue>,
}

/// One call of an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    endpoint: &'static Endpoint,
    id: Option<String>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Call {
    /// A call without parameters and body.
    pub(crate) fn of(endpoint: &'static Endpoint) -> Self {
        Self { endpoint, id: None, query: Vec::new(), headers: Vec::new(), body: None }
    }

    /// With the id in the path.
    pub(crate) fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// With query parameters.
    pub(crate) fn query(mut self, pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.query.extend(pairs);
        self
    }

    /// With a query parameter in place of what was given for it.
    pub(crate) fn replacing(mut self, name: &'static str, value: String) -> Self {
        self.query.retain(|(given, _)| *given != name);
        self.query([(name, value)])
    }

    /// With what was given by flags.
    pub(crate) fn given<F>(mut self, flags: &EndpointFlags<F>) -> Self {
        self.query.extend_from_slice(&flags.query);
        self.headers.extend_from_slice(&flags.headers);
        self
    }

    /// Whether a header was given by a flag.
    pub(crate) fn has_header(&self, header: &str) -> bool {
        self.headers.iter().any(|(name, _)| *name == header)
    }

    /// With a body.
    pub(crate) fn body(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// Its address below that of the service.
    fn url(&self, base: &Url) -> Result<Url, ClientFailure> {
        let id = self.id.as_deref().unwrap_or_default();
        if matches!(id, "." | "..") {
            // A URL with these, however they are encoded, is one without them.
            return Err(ClientFailure::Unaddressable(id.to_owned()));
        }
        let is_path = |known: &&Endpoint| {
            let (parent, name) = known.path.rsplit_once('/').unwrap_or_default();
            name == id && self.endpoint.path.strip_prefix(parent).is_some_and(|rest| rest.starts_with("/{"))
        };
        if ENDPOINTS.iter().any(is_path) {
            // The service would take it for another call.
            return Err(ClientFailure::Unaddressable(id.to_owned()));
        }
        let id = utf8_percent_encode(id, IN_PATH).to_string();
        let filled: Vec<&str> = self
            .endpoint
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { &id } else { part })
            .collect();
        let mut url = base.clone();
        url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), filled.join("/")));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

impl Service {
    /// A client of the service.
    pub(crate) fn new(options: &ServiceOptions) -> Result<Self, ClientFailure> {
        let builder = options.connection.http_client()?;
        let builder = builder.default_headers(headers()).connect_timeout(options.request_timeout());
        let http = builder.build().map_err(ClientFailure::Client)?;
        let authorization = options.api_key.authorization()?;
        let base = options.url.clone();
        if authorization.is_some() && (!base.username().is_empty() || base.password().is_some()) {
            let reason =
                "an API key and the user in --url cannot be sent both: a request has one Authorization";
            return Err(ClientFailure::Usage(reason.to_owned()));
        }
        Ok(Self { http, base, request_timeout: options.request_timeout(), authorization })
    }

    /// The answer of a call as text, which is JSON; an error unless it is a success.
    pub(crate) async fn text(&self, call: &Call) -> Result<String, ClientFailure> {
        self.text_after(call, Duration::ZERO).await
    }

    /// The same, for a call that the service answers only after some time.
    pub(crate) async fn text_after(&self, call: &Call, wait: Duration) -> Result<String, ClientFailure> {
        let text = self.answer(call, wait).await?;
        self.parse::<IgnoredAny>(&text)?;
        Ok(text)
    }

    async fn answer(&self, call: &Call, wait: Duration) -> Result<String, ClientFailure> {
        let request = self.request(call)?;
        let response = request.timeout(self.request_timeout + wait).send().await;
        let response = self.of_this_api(response.map_err(|error| self.no_answer(error))?)?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let text = response.text().await.map_err(|error| self.no_answer(error))?;
        if status.is_success() { Ok(text) } else { Err(self.refused(status, &text, retry_after)) }
    }

    /// A stream of server-sent events, which go on after the event with the given id. It may last for any time.
    pub(super) async fn events(&self, call: &Call, last_id: Option<&str>) -> Result<Response, ClientFailure> {
        let mut call = call.clone();
        if let Some(id) = last_id {
            call.headers.retain(|(name, _)| *name != LAST_EVENT_ID);
            call.headers.push((LAST_EVENT_ID, id.to_owned()));
        }
        let request = self.request(&call)?.header(ACCEPT, EVENT_STREAM);
        let response = timeout(self.request_timeout, request.send()).await;
        let response = response.map_err(|_| self.timed_out(None))?.map_err(|error| self.no_answer(error))?;
        let response = self.of_this_api(response)?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        if !status.is_success() {
            let text = timeout(self.request_timeout, response.text()).await;
            let text = text.map_err(|_| self.timed_out(None))?.map_err(|error| self.no_answer(error))?;
            return Err(self.refused(status, &text, retry_after));
        }
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !media_type.is_some_and(|found| found.to_ascii_lowercase().starts_with(EVENT_STREAM)) {
            return Err(self.unexpected("the answer is no stream of events"));
        }
        Ok(response)
    }

    fn refused(&self, status: StatusCode, text: &str, retry_after: Option<Duration>) -> ClientFailure {
        match (status, &self.authorization) {
            (StatusCode::UNAUTHORIZED, None) => {
                ClientFailure::KeyNeeded { status, reason: ClientFailure::reason(text) }
            }
            _ => ClientFailure::answered(status, text, retry_after),
        }
    }

    /// The answer, unless it is of something else than this API, such as a proxy or another server.
    fn of_this_api(&self, response: Response) -> Result<Response, ClientFailure> {
        if response.headers().get(PRODUCT).is_some_and(|product| product == PRODUCT_NAME) {
            return Ok(response);
        }
        Err(ClientFailure::foreign(self.address(), response.status(), retry_after(&response)))
    }

    fn request(&self, call: &Call) -> Result<RequestBuilder, ClientFailure> {
        let url = call.url(&self.base)?;
        let mut request = self.http.request(call.endpoint.method.as_str().parse().unwrap_or_default(), url);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            request = request.header("Content-Type", "application/json").body(body.clone());
        }
        Ok(request)
    }

    /// The answer of a call, parsed.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T, ClientFailure> {
        self.parse(&self.answer(call, Duration::ZERO).await?)
    }

    /// What a text of the service says.
    pub(crate) fn parse<T: DeserializeOwned>(&self, text: &str) -> Result<T, ClientFailure> {
        serde_json::from_str(text).map_err(|error| self.unexpected(&error.to_string()))
    }

    /// An answer that is not one of this API.
    fn unexpected(&self, reason: &str) -> ClientFailure {
        ClientFailure::Unexpected { url: self.address(), reason: plain(reason) }
    }

    fn no_answer(&self, source: reqwest::Error) -> ClientFailure {
        let (url, source) = (self.address(), source.without_url());
        if source.is_builder() {
            return ClientFailure::Client(source);
        }
        if source.is_timeout() {
            return self.timed_out(Some(source));
        }
        ClientFailure::Unreachable { url, source }
    }

    fn timed_out(&self, source: Option<reqwest::Error>) -> ClientFailure {
        ClientFailure::TimedOut { url: self.address(), seconds: self.request_timeout.as_secs(), source }
    }

    /// The address for messages, without a password.
    pub(crate) fn address(&self) -> String {
        let mut url = self.base.clone();
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.as_str().trim_end_matches('/').to_owned()
    }
}

/// How long an answer asks to wait before the next call, if it does so in seconds.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The headers of every request; who asks is to be told here.
fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers
}

#[cfg(test)]
mod tests {
    use super::super::endpoint;
    use super::*;

    #[test]
    fn ids_are_encoded_and_bases_kept() {
        let url = |base: &str, id: &str| {
            let call = Call::of(endpoint("connector.sync_job_cancel")).id(id);
            call.url(&Url::parse(base).unwrap()).map(|url| url.to_string())
        };
        for (base, id, expected) in [
            ("http://a", "b", "http://a/_connector/_sync_job/b/_cancel"),
            (
                "http://a/search/",
                "b c/d?e#f%g",
                "http://a/search/_connector/_sync_job/b%20c%2Fd%3Fe%23f%25g/_cancel",
            ),
            ("http://a", "ü..", "http://a/_connector/_sync_job/%C3%BC../_cancel"),
        ] {
            assert_eq!(url(base, id).unwrap(), expected);
        }
        for id in [".", ".."] {
            assert!(matches!(url("http://a", id), Err(ClientFailure::Unaddressable(_))), "{id}");
        }
        let call = Call::of(endpoint("connector.sync_job_list")).query([("status", "a&b=c".to_owned())]);
        let url = call.url(&Url::parse("http://a").unwrap()).unwrap();
        assert_eq!(url.as_str(), "http://a/_connector/_sync_job?status=a%26b%3Dc");
    }
}
