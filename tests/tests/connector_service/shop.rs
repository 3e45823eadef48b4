//! The source: a schema of its own for each session in a PostgreSQL that all share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tributary_engines::Postgres;

/// The documents by their ids.
pub(crate) type Documents = BTreeMap<String, Value>;

/// What is in the tables at first; numbers, texts that have to be quoted somewhere, and nothing at all.
const TABLES: &str = r#"
create table customers (id int primary key, name text, changed timestamptz not null);
insert into customers
    select n, 'customer ' || n, timestamptz '2026-01-01' + n * interval '1 minute' from generate_series(1, 17) n;
create table orders (
    id int primary key, customer text, total numeric(10, 2), placed timestamp, note text, changed timestamptz not null
);
insert into orders
    select n, 'customer ' || n % 17, n * 1.25, timestamp '2026-01-01 12:00' + n * interval '1 hour',
        case n % 5
            when 0 then 'naïve – “quotes” and ''others'' of Jürgen Größe'
            when 1 then E'back\\slash, "double",\na line {"a": 1} 🎻'
            when 2 then ''
        end,
        timestamptz '2026-01-01' + n * interval '1 minute'
    from generate_series(1, 300) n;"#;

/// A schema; it goes with its PostgreSQL.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) schema: String,
    pub(crate) postgres: &'static Postgres,
}

impl Shop {
    /// 17 customers and 300 orders.
    pub(crate) fn open() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let schema = format!("shop_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let shop = Self { schema, postgres: Postgres::shared().expect("PostgreSQL can be had") };
        shop.postgres.execute(&format!("create schema {}", shop.schema)).unwrap();
        shop.execute(TABLES);
        shop
    }

    /// Executes statements in the schema; answers the rows.
    pub(crate) fn execute(&self, statements: &str) -> String {
        let statements = format!("set search_path = {}; {statements}", self.schema);
        self.postgres.execute(&statements).unwrap()
    }

    /// Cuts the connections of workers.
    pub(crate) fn cut(&self) -> usize {
        let select = "select pg_terminate_backend(pid) from pg_stat_activity where application_name";
        self.postgres.execute(&format!("{select} = '{}'", self.schema)).unwrap().lines().count()
    }

    /// What the content has to be, as PostgreSQL itself writes it; of the rows for which a condition holds.
    pub(crate) fn documents(&self, condition: &str) -> Documents {
        let mut documents = Documents::new();
        for table in ["customers", "orders"] {
            let select = "select row_to_json(t)::text from (select";
            let rows =
                self.execute(&format!("{select} '{table}' as table, * from {table} where {condition}) t"));
            for row in rows.lines() {
                let row: Value = serde_json::from_str(row).expect("PostgreSQL writes JSON");
                documents.insert(format!("{table}-{}", row["id"]), row);
            }
        }
        documents
    }
}
