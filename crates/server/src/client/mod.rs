//! A client of a running service: what commands such as `tributary jobs` ask it with, and how they show its answers.

mod answer;
mod api_key;
mod connection_options;
mod details;
mod endpoint;
mod failure;
mod flags;
mod options;
mod plain;
mod recovery;
mod screen;
mod service;
mod subscription;
mod table;
mod times;

pub(crate) use answer::{Listing, words};
pub(crate) use api_key::ApiKeyOptions;
pub(crate) use connection_options::ConnectionOptions;
pub(crate) use details::{Detail, DetailKind, details};
pub(crate) use endpoint::endpoint;
pub(crate) use failure::{API_KEY_VARIABLE, ClientFailure, EXIT_CODES, WAIT_EXIT_CODES, causes};
pub(crate) use flags::{EndpointFlags, Flags};
pub(crate) use options::ServiceOptions;
pub(crate) use plain::plain;
pub(crate) use recovery::Recovery;
pub(crate) use screen::{DisplayOptions, Screen};
pub(crate) use service::{Call, Service};
pub(crate) use subscription::{ServerEvent, Subscription};
pub(crate) use table::{Column, Table};
pub(crate) use times::{ago, duration};
