//! The Connector and Connector sync job REST APIs of Elasticsearch, for any actix-web service.
//!
//! ```
//! use actix_web::{App, test, web};
//! use tributary_api::Api;
//! # #[actix_web::main]
//! # async fn main() {
//! # use tributary_storage::{MemoryStore, Store};
//! # use std::sync::Arc;
//! let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
//! let api = Api::new(store);
//!
//! // At the root of an application, or under any prefix of one that has other things to serve.
//! let app = App::new().service(web::scope("/search").configure(api.configure()));
//!
//! let app = test::init_service(app).await;
//! let request = test::TestRequest::get().uri("/search/_connector/_sync_job").to_request();
//! let answer = test::call_and_read_body(&app, request).await;
//! assert_eq!(answer, r#"{"count":0,"results":[]}"#);
//! # }
//! ```
//!
//! Every endpoint is declared once, as an [`Endpoint`] in [`ENDPOINTS`]; routing, parameter validation, `405` with
//! `Allow` and the references are derived from that declaration.

mod access;
mod answer;
mod authenticate;
mod background;
mod body;
mod dispatch;
mod endpoint;
mod error;
mod limits;
mod media_type;
mod metrics;
mod mount;
mod noted;
mod observe;
mod openapi;
mod parameter;
mod routes;
mod state;
mod view;

pub use answer::{Reply, ReplyBody, SourceFilter, wanted_json_type};
pub use body::{DEFAULT_BODY_LIMIT, DEFAULT_BODY_TIMEOUT, ReceivedBody, unreadable_body};
pub use dispatch::refuse;
pub use endpoint::{
    Access, Answer, AnswerHeader, Body, Call, Content, Endpoint, Handler, HandlerFunction, PathChoices,
    Privilege, RequestHeader, Resource,
};
pub use error::{ApiError, ERRORS, ErrorKind, ErrorRow, HeadRefusal};
pub use limits::{LimitReached, LimitScope, Pace, RequestLimits, Reservation, least_bytes};
pub use metrics::Metrics;
pub use mount::{Api, openapi};
pub use noted::NotedChanges;
pub use observe::{Observation, Observer, PassedOn};
pub use parameter::{Arguments, COMMON_PARAMETERS, Parameter, ParameterKind};
pub use routes::ENDPOINTS;
pub use state::Identity;
pub use tributary_service::access::{AdminKey, AdminKeyError, KeyRing};
pub use tributary_service::sync_job::PipelineDirectory;
pub use tributary_service::{Clock, IdGenerator, Principal, SortableIds, SystemClock};
