//! The API and the control indices in this process, over a store in memory with a few documents.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use actix_web::http::{Method, Uri};
use actix_web::rt::{System, SystemRunner};
use actix_web::{App, test as actix_test};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::TryStreamExt as _;
use tributary_api::{AdminKey, Api, Clock, IdGenerator, KeyRing};
use tributary_domain::{Document, Id, Timestamp};
use tributary_secrets::SecretKeys;
use tributary_storage::{Collection, Deadline, MemoryStore, Store, StoreExt as _, Stored};

use crate::answer::Answer;
use crate::message::Message;

/// The id of a connector, of a job and of a secret that are there before each input.
pub(crate) const ID: &str = "c";
/// The credentials of the key that may do everything, `id:secret`.
pub(crate) const ADMIN_KEY: &str = "admin:a-secret-of-the-tests-only";
/// A part of the stored documents that nothing in the service knows: no change may lose it.
pub(crate) const KEPT: &str = r#""kept":{"as":1.10,"it":[],"was":1e400}"#;
/// What is there before each input, besides a secret.
const DOCUMENTS: &[(Collection, &str, &str)] = &[
    (
        Collection::CONNECTORS,
        ID,
        r#""name":"n","status":"configured","index_name":"content-i","service_type":"s3","last_seen":"2026-01-01T00:00:00Z","configuration":{"port":{"type":"int","value":1,"label":"Port","order":1},"host":{"required":true,"sensitive":true,"value":"h"}},"filtering":[{"domain":"DEFAULT","active":{"rules":[]},"draft":{"rules":[]}}]"#,
    ),
    (
        Collection::CONNECTORS,
        "d",
        r#""name":"d","status":"connected","is_native":true,"index_name":"content-d""#,
    ),
    (
        Collection::SYNC_JOBS,
        ID,
        r#""status":"in_progress","job_type":"full","connector":{"id":"c","index_name":"content-i"},"metadata":{"m":1},"created_at":"2026-01-01T00:00:00Z","started_at":"2026-01-01T00:00:01Z""#,
    ),
    (
        Collection::SYNC_JOBS,
        "p",
        r#""status":"pending","job_type":"incremental","connector":{"id":"c"},"created_at":"2026-01-01T00:00:02Z""#,
    ),
    (
        Collection::SYNC_JOBS,
        "e",
        r#""status":"error","error":"no space","job_type":"full","connector":{"id":"gone"},"worker_hostname":"w","indexed_document_count":7,"created_at":"2026-01-01T00:00:03Z","started_at":"2026-01-01T00:00:04Z","completed_at":"2026-01-01T00:00:09Z""#,
    ),
    (
        Collection::SYNC_JOBS,
        "f",
        r#""status":"completed","job_type":"access_control","connector":{"id":"d"},"indexed_document_count":70,"created_at":"2026-01-01T00:00:03Z","completed_at":"2026-01-02T00:00:09Z""#,
    ),
];

/// The same moment for all requests, so that equal requests have equal answers.
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-01-02T03:04:05.678Z").expect("a time")
    }
}

#[derive(Default)]
struct CountedIds(AtomicU64);

impl IdGenerator for CountedIds {
    fn next_id(&self) -> String {
        format!("id-{:08}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

type Handle = dyn Fn(actix_http::Request) -> Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>;

/// The texts of the documents of each collection by their ids.
pub(crate) type Documents = Vec<BTreeMap<String, String>>;

/// A service and the runtime that it runs in.
pub(crate) struct Service {
    system: SystemRunner,
    handle: Box<Handle>,
    store: Arc<dyn Store>,
    /// What is there before each input.
    usual: RefCell<Documents>,
}

/// Calls a function with the service of this thread, over the documents that are there before each input.
pub(crate) fn with_service<T>(run: impl FnOnce(&Service) -> T) -> T {
    thread_local! {
        // Never dropped: the runtime needs other such values for its end.
        static SERVICE: &'static Service = Box::leak(Box::new(Service::start(false)));
    }
    SERVICE.with(|service| {
        service.fill();
        run(service)
    })
}

/// The same for a service with security, where each request needs an API key, such as [`ADMIN_KEY`].
pub(crate) fn with_secure_service<T>(run: impl FnOnce(&Service) -> T) -> T {
    thread_local! {
        static SERVICE: &'static Service = Box::leak(Box::new(Service::start(true)));
    }
    SERVICE.with(|service| {
        service.fill();
        run(service)
    })
}

impl Service {
    fn start(is_secure: bool) -> Self {
        let system = System::new();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let api = Api::new(Arc::clone(&store))
            .with_clock(FixedClock)
            .with_ids(CountedIds::default())
            .with_body_timeout(Duration::from_millis(100))
            .with_secret_keys(SecretKeys::parse(key).expect("a key"))
            .with_plugin(tributary_gateway::ENDPOINTS, Arc::new(()));
        let api = if is_secure {
            let admin = AdminKey::parse(&BASE64_STANDARD.encode(ADMIN_KEY)).expect("a key");
            api.with_keys(KeyRing::new(Arc::clone(&store), Some(admin)))
        } else {
            api
        };
        let app = App::new().configure(api.configure());
        let service = Rc::new(system.block_on(actix_test::init_service(app)));
        let handle = move |request| -> Pin<Box<dyn Future<Output = _>>> {
            let service = Rc::clone(&service);
            Box::pin(async move { service.call(request).await.expect("an answer").map_into_boxed_body() })
        };
        Self { system, handle: Box::new(handle), store, usual: RefCell::default() }
    }

    /// Leaves nothing but the usual documents.
    fn fill(&self) {
        if !self.usual.borrow().is_empty() && *self.usual.borrow() == self.documents() {
            return;
        }
        self.system.block_on(async {
            for collection in Collection::ALL {
                for id in self.texts(collection).await.into_keys() {
                    let id = Id::parse("id", &id).expect("an id");
                    let version = self.store.get(collection, &id).await.expect("it was listed").version;
                    self.store.delete(collection, &id, version).await.expect("deleted");
                }
            }
            for (collection, id, fields) in DOCUMENTS {
                let document = Document::parse(&format!("{{{KEPT},{fields}}}")).expect("a document");
                let id = Id::parse("id", *id).expect("an id");
                self.store.create(*collection, &id, document).await.expect("stored");
            }
        });
        let secret = self.send_with(&Method::PUT, "/_connector/_secret/c", r#"{"value":"s"}"#, ADMIN_KEY);
        assert!(secret.is_success(), "{secret:?}");
        *self.usual.borrow_mut() = self.documents();
    }

    /// What is there before each input.
    pub(crate) fn usual(&self) -> Documents {
        self.usual.borrow().clone()
    }

    /// Waits for something in the runtime of the service.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.system.block_on(future)
    }

    async fn texts(&self, collection: Collection) -> BTreeMap<String, String> {
        let portions: Vec<Vec<Stored>> =
            self.store.scan(collection, Deadline::NONE).try_collect().await.expect("documents");
        let text = |stored: &Stored| String::from_utf8(stored.document.to_vec()).expect("text");
        portions.iter().flatten().map(|stored| (stored.id.to_string(), text(stored))).collect()
    }

    /// Everything that is stored.
    pub(crate) fn documents(&self) -> Documents {
        self.system.block_on(async {
            let mut documents = Vec::new();
            for collection in Collection::ALL {
                documents.push(self.texts(collection).await);
            }
            documents
        })
    }

    /// The answer to a `GET`.
    ///
    /// # Panics
    /// If the target is none.
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send(&Method::GET, target, "")
    }

    /// The answer to a request with a body of JSON, or without one where it is empty.
    ///
    /// # Panics
    /// If the target is none.
    pub(crate) fn send(&self, method: &Method, target: &str, body: &str) -> Answer {
        self.send_with(method, target, body, "")
    }

    /// The same with the credentials of a key, if they are not empty.
    ///
    /// # Panics
    /// If the target is none.
    pub(crate) fn send_with(&self, method: &Method, target: &str, body: &str, key: &str) -> Answer {
        let target: Uri = target.parse().unwrap_or_else(|error| panic!("{error}: {target}"));
        let value = || HeaderValue::try_from(format!("ApiKey {key}")).expect("a header");
        let headers = (!key.is_empty()).then(|| (AUTHORIZATION, value())).into_iter().collect();
        self.answer(&Message { method: method.clone(), target, headers, body: body.as_bytes() })
    }

    /// The answer to a message, whose shape is checked where it is answered whole.
    pub(crate) fn checked_answer(&self, message: &Message<'_>) -> Answer {
        let answer = self.answer(message);
        if message.is_partial() {
            assert!(!answer.status.is_server_error(), "{answer:?}");
        } else {
            answer.check();
        }
        answer
    }

    /// The answer to a message. A body that comes without a media type is of JSON.
    pub(crate) fn answer(&self, message: &Message<'_>) -> Answer {
        let mut request =
            actix_test::TestRequest::with_uri(&message.target.to_string()).method(message.method.clone());
        if !message.body.is_empty() {
            request = request
                .insert_header((CONTENT_TYPE, "application/json"))
                .insert_header((CONTENT_LENGTH, message.body.len()))
                .set_payload(message.body.to_vec());
        }
        let is_framing = |name: &HeaderName| [CONTENT_LENGTH, TRANSFER_ENCODING].contains(name);
        for (name, value) in message.headers.iter().filter(|(name, _)| !is_framing(name)) {
            request = request.insert_header((name.clone(), value.clone()));
        }
        self.system.block_on(async {
            let response = (self.handle)(request.to_request()).await;
            let product = response.headers().get("x-elastic-product").map(HeaderValue::as_bytes);
            assert_eq!(product, Some(&b"Elasticsearch"[..]), "clients refuse an answer without it");
            let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let (status, media_type) = (response.status(), media_type.unwrap_or_default().to_owned());
            let body = to_bytes(response.into_body()).await.expect("a body").to_vec();
            Answer { status, media_type, body }
        })
    }
}
