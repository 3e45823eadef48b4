//! The service over TLS, with real clients: curl, OpenSSL and rustls.
#![allow(missing_docs, reason = "a test")]

mod client_certificates;
mod commands;
mod connection;
mod plain;
mod protocols;
mod reload;
mod setup;
mod transfer;
