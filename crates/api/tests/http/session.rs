//! Plays requests against the API over a backend, with fixed time and ids, and records the answers.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::{App, test, web};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tributary_api::{AdminKey, Api, Clock, IdGenerator, KeyRing, PipelineDirectory, RequestLimits};
use tributary_domain::{Document, Id, Timestamp};
use tributary_engines::{Endpoint, Indices};
use tributary_secrets::SecretKeys;
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{BackendSettings, Collection, Deadline, Registry, Store, StoreExt as _, Stored};

use crate::contract;

/// The backends that everything is played over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Backend {
    Memory,
    Embedded,
    /// A search engine, in indices of the session's own.
    Server(&'static Endpoint),
    /// Of a crate outside this project's own, as any team could write one.
    Sqlite,
}

type Play = for<'s> fn(&'s mut Session) -> Pin<Box<dyn Future<Output = ()> + 's>>;

/// A course of requests under the name of its snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) play: Play,
}

macro_rules! scenario {
    ($name:literal, $play:path) => {
        $crate::session::Scenario { name: $name, play: |session| Box::pin($play(session)) }
    };
}
pub(crate) use scenario;

/// A second passes with each look.
#[derive(Default)]
struct FixedClock(AtomicU64);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        let second = self.0.fetch_add(1, Ordering::Relaxed);
        let text = format!("2026-01-02T03:{:02}:{:02}.000Z", second / 60, second % 60);
        Timestamp::parse(&text).expect("a time of the test")
    }
}

#[derive(Default)]
struct CountedIds(AtomicU64);

impl IdGenerator for CountedIds {
    fn next_id(&self) -> String {
        format!("id-{:04}", self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// The ingest pipelines that there are.
struct Pipelines(&'static [&'static str]);

#[async_trait]
impl PipelineDirectory for Pipelines {
    async fn has_pipeline(&self, name: &str, _: Deadline) -> Option<bool> {
        Some(self.0.contains(&name))
    }
}

type Handle = dyn Fn(actix_http::Request) -> Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>;

/// Indices that nobody else has, and patience with a busy server.
fn settings(indices: &Indices) -> BackendSettings {
    let server = indices.endpoint();
    let settings = BackendSettings::default()
        .with("index_prefix", indices.fresh_prefix())
        .with("deadline", "120")
        .with("read_deadline", "120");
    match (&server.user, &server.password) {
        (Some(user), Some(password)) => settings.with("user", user).with("password", password),
        _ => settings,
    }
}

/// The key for secrets that every session has.
pub(crate) const SECRET_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The key of the session that is in no store, in the form in which it is sent: it may do everything.
pub(crate) const ADMIN_KEY: &str = "YWRtaW46YS1zZWNyZXQtb2YtdGhlLXRlc3RzLW9ubHk=";

/// The length of each digest in a cursor: of the filters, of the order, and of all before it.
pub(crate) const CURSOR_DIGEST: usize = 8;

/// What is in a cursor between its digests: collection, first page, value, id and moment.
pub(crate) fn cursor_content(token: &str) -> Option<[Value; 5]> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let content = bytes.get(1 + 2 * CURSOR_DIGEST..bytes.len().checked_sub(CURSOR_DIGEST)?)?;
    serde_json::from_slice(content).ok()
}

/// One service over one fresh store.
pub(crate) struct Session {
    handle: Box<Handle>,
    pub(crate) store: Arc<dyn Store>,
    text: String,
    /// The key of the next request, which is not recorded.
    key: Option<String>,
    _folder: tempfile::TempDir,
    _indices: Option<Indices>,
}

impl Session {
    pub(crate) async fn open(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut own_indices = None;
        let (url, settings) = match backend {
            Backend::Memory => ("memory:".to_owned(), BackendSettings::default()),
            Backend::Embedded => {
                (format!("embedded:{}", folder.path().display()), BackendSettings::default())
            }
            Backend::Server(server) => {
                let indices = own_indices.insert(Indices::new(server));
                (format!("{}:{}", server.distribution.product.name(), server.url), settings(indices))
            }
            Backend::Sqlite => {
                let file = folder.path().join("tributary.sqlite");
                (format!("sqlite:{}", file.display()), BackendSettings::default())
            }
        };
        let mut registry = Registry::with_built_in();
        registry.register(SqliteBackend);
        let store = registry.open_with(&url, &settings).await.expect("a store");
        let session = Self::over(store, folder, Some(SECRET_KEY)).await;
        Self { _indices: own_indices, ..session }
    }

    async fn over(store: Arc<dyn Store>, folder: tempfile::TempDir, secret_key: Option<&str>) -> Self {
        Self::changed(store, folder, secret_key, |api| api).await
    }

    async fn changed(
        store: Arc<dyn Store>,
        folder: tempfile::TempDir,
        secret_key: Option<&str>,
        change: impl FnOnce(Api) -> Api,
    ) -> Self {
        let api = Api::new(Arc::clone(&store))
            .with_clock(FixedClock::default())
            .with_ids(CountedIds::default())
            .with_body_limit(4_096)
            .with_body_timeout(Duration::from_millis(50));
        let api = match secret_key {
            Some(key) => api.with_secret_keys(SecretKeys::parse(key).expect("a key of the test")),
            None => api,
        };
        let api = api.with_plugin(tributary_gateway::ENDPOINTS, Arc::new(()));
        let app = App::new().configure(change(api).configure());
        let service = std::rc::Rc::new(test::init_service(app).await);
        let handle = move |request: actix_http::Request| {
            let service = std::rc::Rc::clone(&service);
            Box::pin(async move {
                service.call(request).await.expect("the service never fails").map_into_boxed_body()
            }) as Pin<Box<dyn Future<Output = _>>>
        };
        Self {
            handle: Box::new(handle),
            store,
            text: String::new(),
            key: None,
            _folder: folder,
            _indices: None,
        }
    }

    /// The same session over a store that stands in for failures that no real one shows at will.
    pub(crate) async fn replace_store(&mut self, store: Arc<dyn Store>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.handle = Self::over(store, folder, Some(SECRET_KEY)).await.handle;
    }

    /// The same session, served with another key for secrets, or without any.
    pub(crate) async fn replace_secret_key(&mut self, key: Option<&str>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.handle = Self::over(Arc::clone(&self.store), folder, key).await.handle;
    }

    /// The same session, where no ingest pipeline exists but those that are named.
    pub(crate) async fn replace_pipelines(&mut self, known: &'static [&'static str]) {
        self.replace_api(|api| api.with_pipelines(Arc::new(Pipelines(known)))).await;
    }

    /// The same session, with limits of its own.
    pub(crate) async fn replace_limits(&mut self, limits: &RequestLimits) {
        self.replace_api(|api| api.with_limits(limits)).await;
    }

    async fn replace_api(&mut self, change: impl FnOnce(Api) -> Api) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.handle = Self::changed(Arc::clone(&self.store), folder, Some(SECRET_KEY), change).await.handle;
    }

    /// The same session with security: from now on each request needs an API key. There is [`ADMIN_KEY`].
    pub(crate) async fn require_keys(&mut self) {
        let admin = AdminKey::parse(ADMIN_KEY).expect("a key of the test");
        let keys = Arc::new(KeyRing::new(Arc::clone(&self.store), Some(admin)));
        self.replace_api(|api| api.with_keys(keys)).await;
    }

    /// A new key of the caller with this one, with roles as JSON, in the form in which it is sent. Not recorded.
    pub(crate) async fn new_key(&mut self, caller: &str, name: &str, more: &str) -> String {
        let body = format!(r#"{{"name":"{name}"{more}}}"#);
        let answer = self.answer_as(caller, "POST", "/_security/api_key", &body).await;
        let answer: Value = serde_json::from_str(&answer.1).unwrap_or_else(|_| panic!("{answer:?}"));
        answer["encoded"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The status and the body of the answer to a request with a key, or without one where it is empty. Not recorded.
    pub(crate) async fn answer_as(
        &mut self,
        key: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> (u16, String) {
        let mut request = test::TestRequest::with_uri(path)
            .method(Method::from_bytes(method.as_bytes()).expect("a method"));
        if !key.is_empty() {
            request = request.insert_header(("authorization", format!("ApiKey {key}")));
        }
        if !body.is_empty() {
            let media_type = if body.ends_with('\n') { "application/x-ndjson" } else { "application/json" };
            request = request.insert_header(("content-type", media_type)).set_payload(body.to_owned());
        }
        let response = (self.handle)(request.to_request()).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// A request with a key; recorded, but for the key.
    pub(crate) async fn call_as(&mut self, key: &str, method: &str, path: &str, body: &str) {
        self.key = Some(key.to_owned());
        self.call(method, path, body).await;
        self.key = None;
    }

    /// What was recorded. Cursors with a moment of the store are numbered, since each store has moments of its own.
    pub(crate) fn record(&self) -> String {
        let mut cursors: Vec<&str> = Vec::new();
        let is_of_token = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let words = self.text.split_inclusive(|letter| !is_of_token(letter)).map(|word| {
            let token = word.trim_end_matches(|letter| !is_of_token(letter));
            if cursor_content(token).is_none_or(|content| content[4].is_null()) {
                return word.to_owned();
            }
            let known = cursors.iter().position(|known| *known == token);
            let number = known.unwrap_or(cursors.len());
            if known.is_none() {
                cursors.push(token);
            }
            word.replace(token, &format!("(cursor {number})"))
        });
        words.collect()
    }

    /// Waits until searches find that a key was used, which no answer waits for.
    pub(crate) async fn wait_for_use_of_key(&self) {
        let is_recorded = |stored: &Stored| stored.document.windows(10).any(|part| part == b"\"last_use\"");
        loop {
            let keys = self.store.scan(Collection::API_KEYS, Deadline::NONE);
            let keys: Vec<Vec<Stored>> = keys.try_collect().await.expect("the keys");
            if keys.iter().flatten().any(is_recorded) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Puts a document straight into the store, as another program would have.
    pub(crate) async fn store(&self, collection: Collection, id: &str, document: &str) {
        let document = Document::parse(document).expect("a document of the test");
        let id = Id::parse("id", id).expect("an id of the test");
        self.store.create(collection, &id, document).await.expect("stored");
    }

    /// A request that only prepares: it must succeed, and is not recorded.
    pub(crate) async fn prepare(&mut self, method: &str, path: &str, body: &str) {
        let before = self.text.len();
        self.call(method, path, body).await;
        let answer = self.text.split_off(before);
        assert!(answer.contains("\n<<< 2"), "{answer}");
    }

    /// The answer to a request that must succeed, and is not recorded.
    pub(crate) async fn fetch(&mut self, path: &str) -> Value {
        let body = self.fetch_text(path).await;
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"))
    }

    /// The same, as text.
    pub(crate) async fn fetch_text(&mut self, path: &str) -> String {
        let before = self.text.len();
        self.call("GET", path, "").await;
        let answer = self.text.split_off(before);
        let (head, body) = answer.split_once("\n{").unwrap_or_else(|| panic!("{answer}"));
        assert!(head.contains("\n<<< 200"), "{answer}");
        format!("{{{body}")
    }

    /// Records a line of the scenario's own.
    pub(crate) fn note(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}\n");
    }

    /// A request with a JSON body, or without one where it is empty; recorded.
    pub(crate) async fn call(&mut self, method: &str, path: &str, body: &str) {
        let headers: &[(&str, &str)] =
            if body.is_empty() { &[] } else { &[("content-type", "application/json")] };
        self.call_with(method, path, headers, body).await;
    }

    /// A request with headers of its own; recorded with them.
    pub(crate) async fn call_with(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        self.send(method, path, headers, body.as_bytes()).await;
    }

    /// A request with any bytes as its body; recorded.
    pub(crate) async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let _ = writeln!(self.text, ">>> {method} {path}");
        let mut request = test::TestRequest::with_uri(path)
            .method(Method::from_bytes(method.as_bytes()).expect("a method"));
        for (name, value) in headers {
            if *value != "application/json" {
                let _ = writeln!(self.text, "{name}: {value}");
            }
            request = request.append_header((*name, *value));
        }
        if let Some(key) = &self.key {
            request = request.append_header(("authorization", format!("ApiKey {key}")));
        }
        if !body.is_empty() {
            let shown = String::from_utf8_lossy(body);
            let _ = writeln!(
                self.text,
                "{}",
                if shown.len() > 300 { format!("({} bytes)", body.len()) } else { shown.into_owned() }
            );
            request = request.insert_header(("content-length", body.len())).set_payload(body.to_vec());
        }
        let response = (self.handle)(request.to_request()).await;
        self.record_answer(method, path, response).await;
    }

    /// A request whose body is announced and stops arriving after its first bytes; recorded.
    pub(crate) async fn stall(&mut self, method: &str, path: &str, first: &'static [u8]) {
        let _ = writeln!(self.text, ">>> {method} {path}\n{} ...", String::from_utf8_lossy(first));
        let request = test::TestRequest::with_uri(path)
            .method(Method::from_bytes(method.as_bytes()).expect("a method"))
            .insert_header(("content-type", "application/json"))
            .insert_header(("content-length", first.len() + 1))
            .to_request();
        let arriving = stream::iter([Ok(web::Bytes::from_static(first))]).chain(stream::pending());
        let (request, _) = request.replace_payload(Payload::Stream { payload: arriving.boxed_local() });
        let response = (self.handle)(request).await;
        self.record_answer(method, path, response).await;
    }

    async fn record_answer(&mut self, method: &str, path: &str, response: ServiceResponse<BoxBody>) {
        let _ = writeln!(self.text, "<<< {}", response.status().as_u16());
        for name in [
            "content-type",
            "allow",
            "www-authenticate",
            "retry-after",
            "x-opaque-id",
            "warning",
            "x-tributary-timed-out",
        ] {
            for value in response.headers().get_all(name) {
                let _ = writeln!(self.text, "{name}: {}", value.to_str().expect("a header of text"));
            }
        }
        let product =
            response.headers().get("x-elastic-product").map(actix_http::header::HeaderValue::as_bytes);
        assert_eq!(product, Some(&b"Elasticsearch"[..]), "clients refuse an answer without it");
        let _ = response.response().body().size();
        let status = response.status().as_u16();
        let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        let body = to_bytes(response.into_body()).await.expect("a body");
        let body = String::from_utf8_lossy(&body);
        let body = without_duration(&body);
        contract::check(method, path, status, &media_type, &body);
        let body = without_versions(&body);
        let body = without_secrets(&body);
        let shown = match media_type.split(';').next() {
            Some("text/event-stream") => events(&body),
            Some("application/openmetrics-text") => without_measured(&body),
            _ => indented(&body),
        };
        let _ = writeln!(self.text, "{shown}\n");
    }
}

/// Events without their positions, which differ. One may be sent twice, and is shown once.
fn events(body: &str) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some(("id", _)) => "id: (position)".to_owned(),
        Some(("data", data)) if data.starts_with(r#"{"position":"#) => {
            r#"data: {"position":"(position)"}"#.to_owned()
        }
        _ => line.to_owned(),
    };
    let mut events: Vec<String> = body
        .trim_end()
        .split("\n\n")
        .map(|event| event.lines().map(line).collect::<Vec<_>>().join("\n"))
        .collect();
    events.dedup();
    events.join("\n\n")
}

/// Metrics without measured times, in a fixed order.
fn without_measured(body: &str) -> String {
    let is_measured = |line: &&str| line.contains("_bucket{") || line.contains("_sum{");
    let mut lines: Vec<_> = body.lines().filter(|line| !is_measured(line)).collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// An answer in which nothing took any time.
fn without_duration(body: &str) -> String {
    const TOOK: &str = "\"took\":";
    let Some((before, after)) = body.split_once(TOOK) else { return body.to_owned() };
    let after = after.trim_start_matches(|character: char| character.is_ascii_digit() || character == ' ');
    format!("{before}{TOOK}0{after}")
}

/// An answer without the numbers of versions, which every store counts in its own way.
fn without_versions(body: &str) -> String {
    let names = [r#""_seq_no":"#, r#""_primary_term":"#, r#""_version":"#, "seqNo [", "primary term ["];
    names.iter().fold(body.to_owned(), |body, name| {
        let mut pieces = body.split(name);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |text, piece| {
            let rest = piece.trim_start_matches(|character: char| character.is_ascii_digit());
            format!("{text}{name}0{rest}")
        })
    })
}

/// An answer without the random parts of a new key.
fn without_secrets(body: &str) -> String {
    ["\"api_key\":\"", "\"encoded\":\""].iter().fold(body.to_owned(), |body, name| {
        let Some((before, after)) = body.split_once(name) else { return body };
        let (_, rest) = after.split_once('"').expect("a string ends");
        format!("{before}{name}(random)\"{rest}")
    })
}

/// Short answers as they are, long ones indented.
fn indented(body: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(body).ok();
    match value {
        // Numbers are shown as they were sent, which a parsed value does not keep.
        Some(value) if !body.contains("1e400") && !body.contains('\n') && body.len() > 60 => {
            serde_json::to_string_pretty(&value).expect("JSON")
        }
        _ => body.trim_end().to_owned(),
    }
}
