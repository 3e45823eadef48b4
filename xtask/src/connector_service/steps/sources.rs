//! Sources of the service itself, and connectors that it serves without being told their ids.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tributary_engines::Postgres;

use crate::connector_service::session::{Session, agrees, has, index_of};

/// A text beyond ASCII.
const NOTE: &str = "naïve – “quotes” 🎻";
/// The tables.
const TABLES: &str = "
create schema shop; set search_path = shop;
create table customers (id int primary key, name text);
insert into customers select n, 'Customer ' || n from generate_series(1, 17) n;
create table orders (id int primary key, customer int, total numeric(10, 2), placed timestamptz, note text);
insert into orders
    select n, 1 + n % 17, n * 1.25, timestamptz '2026-01-01' + n * interval '1 hour',
        case when n % 5 = 0 then 'naïve – “quotes” 🎻' end
    from generate_series(1, 300) n;";

pub(super) fn native(session: &mut Session) -> Result<()> {
    let index = "content-native";
    let body =
        json!({"index_name": index, "service_type": "scripted_native", "name": "native", "is_native": true});
    session.create("on-its-own", &body)?;
    session.configure("on-its-own", &json!({"count": 7}))?;
    let connected = |connector: &Value| connector["status"] == "connected";
    session.wait_for_connector("on-its-own", "is connected", connected)?;
    agrees(
        &session.sync_to_its_end("on-its-own", "full")?,
        &json!({"status": "completed", "total_document_count": 7}),
    )?;
    session.has_documents(index, 7)
}

pub(super) fn postgresql(session: &mut Session) -> Result<()> {
    let postgres = Postgres::shared()?;
    postgres.execute("drop schema if exists shop cascade")?;
    postgres.execute(TABLES)?;
    session.set_up(
        "pg",
        "postgresql",
        &json!({
            "host": Postgres::HOST, "port": postgres.port(), "username": Postgres::USER,
            "password": Postgres::PASSWORD, "database": Postgres::DATABASE, "schema": "shop", "tables": "*",
        }),
    )?;
    let index = index_of("pg");
    agrees(
        &session.sync_to_its_end("pg", "full")?,
        &json!({"status": "completed", "indexed_document_count": 317, "total_document_count": 317}),
    )?;
    session.has_documents(&index, 317)?;
    let query = json!({"query": {"query_string": {"query": "quotes"}}, "size": 1});
    let found = session.tributary.send("POST", &format!("/{index}/_search"), &query)?;
    agrees(&found["hits"]["total"], &json!({"value": 60}))?;
    let document = &found["hits"]["hits"][0]["_source"];
    // The service makes names of fields out of tables and columns, in another way in each version.
    let mut values = document.as_object().context("a document")?.values();
    ensure!(values.any(|value| value == NOTE), "[{NOTE}] is not a value of {document}");
    postgres
        .execute("delete from shop.orders where id > 290; update shop.orders set note = 'x' where id = 5")?;
    agrees(
        &session.sync_to_its_end("pg", "full")?,
        &json!({"status": "completed", "deleted_document_count": 10, "total_document_count": 307}),
    )?;
    session.has_documents(&index, 307)
}

pub(super) fn github(session: &mut Session) -> Result<()> {
    let body = json!({"index_name": index_of("github"), "service_type": "github", "name": "github"});
    let connector = session.create("github", &body)?;
    has(&connector["configuration"], &["token", "repositories", "auth_method", "retry_count"])?;
    agrees(&connector, &json!({"status": "needs_configuration"}))?;
    session.configure("github", &json!({"token": "a token", "repositories": ["*"]}))?;
    agrees(&session.connector("github")?, &json!({"status": "configured"}))?;
    // The service would ask for the repositories over the network: they are of no interest here.
    session.tributary.send("DELETE", "/_connector/github", &Value::Null).map(drop)
}
