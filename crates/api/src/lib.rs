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
//! Every endpoint is declared once, as an [`Endpoint`] in [`ENDPOINTS`]; the router, the strict check
//! of parameters, `405` with `Allow` and the references come out of that declaration.

mod api;
mod background;
mod body;
mod call;
mod content;
mod dispatch;
mod endpoint;
mod error;
mod error_origin;
mod error_table;
mod filter_path;
mod head;
mod media_type;
mod openapi;
mod packing;
mod page;
mod parameter;
mod presentation;
mod query_string;
mod reply;
mod routes;
mod warning_header;

pub use api::{Api, DEFAULT_BODY_LIMIT, DEFAULT_BODY_TIMEOUT, Identity};
pub use content::Content;
pub use endpoint::{Answer, Body, COMMON_PARAMETERS, Endpoint};
pub use error_table::{ERRORS, ErrorKind, ErrorRow};
pub use head::{HeadRefusal, refuse_head};
pub use openapi::{Resource, openapi};
pub use parameter::{Parameter, ParameterKind};
pub use routes::ENDPOINTS;
pub use tributary_service::{Clock, IdGenerator, SortableIds, SystemClock};
