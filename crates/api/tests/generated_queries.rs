//! Whatever a list of sync jobs is asked for: it answers the jobs that a naive evaluation selects, in its order, or
//! refuses what makes no sense.
#![allow(missing_docs, reason = "a test")]

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::{App, test as actix_test};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tributary_api::{Api, Clock};
use tributary_domain::{Document, Id, Timestamp};
use tributary_storage::{Collection, MemoryStore, StoreExt as _};

const NOW: &str = "2026-01-01T00:00:05.500Z";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::parse(NOW).expect("a time of the test")
    }
}

/// A time as documents have it or requests ask for it, and in milliseconds after the start of 2026.
type Time = (&'static str, i64);

const STORED_TIMES: &[Time] = &[
    ("\"2026-01-01T00:00:03Z\"", 3_000),
    ("\"2026-01-01T00:00:03.0009\"", 3_000),
    ("\"2026-01-01T02:00:05.500+02:00\"", 5_500),
    ("1767225603001", 3_001),
    ("\"1767225602999\"", 2_999),
    ("\"2026\"", 0),
    ("\"2025-12-31\"", -86_400_000),
    ("\"2026-01-31\"", 2_592_000_000),
];
const ASKED_TIMES: &[Time] = &[
    ("2026", 0),
    ("2026-01", 0),
    ("1767225603000", 3_000),
    ("2026-01-01T00:00:03.001Z", 3_001),
    ("2026-01-01T02:00:05,5+02:00", 5_500),
    ("now", 5_500),
    ("now/s", 5_000),
    ("now-2s/s", 3_000),
    ("now/d", 0),
    ("now-1d/d", -86_400_000),
    ("now+1M/M", 31 * 86_400_000),
    ("2026-03-31||-1M/d", 58 * 86_400_000),
    ("2025-12-30||/w", -3 * 86_400_000),
];

const STATUSES: &[&str] = &["pending", "error", "completed"];
const IDS: &[&str] = &["here", "gone", "a", "a,b", r"a\", r"\,", " a", "ü&="];
const WORKERS: &[&str] = &["w", "w,w", "W"];
const ERRORS: &[&str] = &["no space", "No Space, really", "x*y", "100%"];
const ASKED_ERRORS: &[&str] = &["space", "Space, ", "*", "0%", "nothing"];
const SORTS: &[&str] = &["created_at", "completed_at", "indexed_document_count"];

#[derive(Debug, Clone)]
struct Job {
    status: Option<&'static str>,
    connector: Option<&'static str>,
    worker: Option<&'static str>,
    error: Option<&'static str>,
    created: Option<Time>,
    completed: Option<Time>,
    count: Option<i64>,
}

#[derive(Debug, Clone)]
struct Asked {
    statuses: Vec<&'static str>,
    connectors: Vec<&'static str>,
    workers: Vec<&'static str>,
    has_error: Option<bool>,
    error: Option<&'static str>,
    orphaned: Option<bool>,
    created: (Option<Time>, Option<Time>),
    completed: (Option<Time>, Option<Time>),
    sort: Option<&'static str>,
    is_descending: bool,
    source: Option<&'static str>,
    /// Whether the items of lists are repeated parameters.
    is_repeated: bool,
}

fn job() -> impl Strategy<Value = Job> {
    let words = (of(select(STATUSES)), of(select(IDS)), of(select(WORKERS)), of(select(ERRORS)));
    (words, of(select(STORED_TIMES)), of(select(STORED_TIMES)), of(-2..3_i64)).prop_map(
        |((status, connector, worker, error), created, completed, count)| Job {
            status,
            connector,
            worker,
            error,
            created,
            completed,
            count,
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    let rarely = |words| weighted(0.2, select::<&'static str>(words)).boxed();
    let list = |words| prop_oneof![3 => Just(vec![]), 1 => vec(select::<&'static str>(words), 1..4)];
    let words = (list(STATUSES), list(IDS), list(WORKERS));
    let errors = (weighted(0.2, any::<bool>()), rarely(ASKED_ERRORS), weighted(0.2, any::<bool>()));
    let time = || weighted(0.2, select(ASKED_TIMES));
    let order =
        (of(select(SORTS)), any::<bool>(), rarely(&["false", "status", "connector.id"]), any::<bool>());
    (words, errors, (time(), time()), (time(), time()), order).prop_map(
        |((statuses, connectors, workers), (has_error, error, orphaned), created, completed, order)| Asked {
            statuses,
            connectors,
            workers,
            has_error,
            error,
            orphaned,
            created,
            completed,
            sort: order.0,
            is_descending: order.1,
            source: order.2,
            is_repeated: order.3,
        },
    )
}

impl Job {
    fn document(&self) -> String {
        let text = |word: Option<&str>| word.map(|word| json!(word).to_string());
        let fields = [
            ("status", text(self.status)),
            ("connector", self.connector.map(|id| json!({ "id": id, "x": 1 }).to_string())),
            ("worker_hostname", text(self.worker)),
            ("error", text(self.error)),
            ("created_at", self.created.map(|time| time.0.to_owned())),
            ("completed_at", self.completed.map(|time| time.0.to_owned())),
            ("indexed_document_count", self.count.map(|count| count.to_string())),
        ];
        let present = fields.into_iter().filter_map(|(name, value)| Some(format!(r#""{name}":{}"#, value?)));
        format!("{{{}}}", present.collect::<Vec<_>>().join(","))
    }

    fn value(&self, sort: &str) -> Option<i64> {
        match sort {
            "created_at" => self.created.map(|time| time.1),
            "completed_at" => self.completed.map(|time| time.1),
            _ => self.count,
        }
    }

    fn is_asked_for(&self, asked: &Asked) -> bool {
        let one_of = |list: &[&str], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.contains(&word))
        };
        let within = |range: (Option<Time>, Option<Time>), time: Option<Time>| {
            let has_start = range.0.is_none_or(|from| time.is_some_and(|time| from.1 <= time.1));
            has_start && range.1.is_none_or(|before| time.is_some_and(|time| time.1 < before.1))
        };
        one_of(&asked.statuses, self.status)
            && one_of(&asked.connectors, self.connector)
            && one_of(&asked.workers, self.worker)
            && asked.has_error.is_none_or(|has_error| has_error == self.error.is_some())
            && asked.error.is_none_or(|part| self.error.is_some_and(|error| error.contains(part)))
            && asked
                .orphaned
                .is_none_or(|orphaned| self.connector.is_some_and(|id| (id != "here") == orphaned))
            && within(asked.created, self.created)
            && within(asked.completed, self.completed)
    }
}

impl Asked {
    fn query_string(&self) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        let lists = [
            ("status", &self.statuses),
            ("connector_id", &self.connectors),
            ("worker_hostname", &self.workers),
        ];
        for (name, list) in lists {
            let items: Vec<String> =
                list.iter().map(|item| item.replace('\\', r"\\").replace(',', r"\,")).collect();
            if self.is_repeated {
                pairs.extend(items.into_iter().map(|item| (name, item)));
            } else if !items.is_empty() {
                pairs.push((name, items.join(",")));
            }
        }
        let times = [
            ("created_after", self.created.0),
            ("created_before", self.created.1),
            ("completed_after", self.completed.0),
            ("completed_before", self.completed.1),
        ];
        pairs.extend(times.into_iter().filter_map(|(name, time)| Some((name, time?.0.to_owned()))));
        let others = [
            ("has_error", self.has_error.map(|value| value.to_string())),
            ("error", self.error.map(str::to_owned)),
            ("orphaned", self.orphaned.map(|value| value.to_string())),
            ("sort", self.sort.map(str::to_owned)),
            ("order", self.is_descending.then(|| "desc".to_owned())),
            ("_source", self.source.map(str::to_owned)),
        ];
        pairs.extend(others.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let encoded = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        encoded.collect::<Vec<_>>().join("&")
    }

    fn is_crossed(&self) -> bool {
        let is_crossed = |range: (Option<Time>, Option<Time>)| {
            range.0.zip(range.1).is_some_and(|(after, before)| after.1 >= before.1)
        };
        is_crossed(self.created) || is_crossed(self.completed)
    }

    fn compare(&self, left: &(usize, &Job), right: &(usize, &Job)) -> Ordering {
        let sort = self.sort.unwrap_or("created_at");
        let (left_value, right_value) = (left.1.value(sort), right.1.value(sort));
        let missing = left_value.is_none().cmp(&right_value.is_none());
        let rest = left_value.cmp(&right_value).then(left.0.cmp(&right.0));
        match (self.is_descending, self.sort) {
            (false, _) => missing.then(rest),
            (true, Some(_)) => missing.then(rest.reverse()),
            (true, None) => missing.then(rest).reverse(),
        }
    }

    fn shown(&self, number: usize, job: &Job) -> Value {
        let mut document: Value = serde_json::from_str(&job.document()).expect("JSON");
        let fields = document.as_object_mut().expect("an object");
        match self.source {
            None => {}
            Some("connector.id") => {
                fields.retain(|name, _| name == "connector");
                fields.values_mut().for_each(|connector| *connector = json!({ "id": connector["id"] }));
            }
            Some(wanted) => fields.retain(|name, _| name == wanted),
        }
        fields.insert("id".to_owned(), number.to_string().into());
        document
    }
}

/// The answer of a service over these jobs, and over a connector that only some of them are of.
async fn answer(jobs: &[Job], query: &str) -> (StatusCode, Value) {
    let store = Arc::new(MemoryStore::default());
    let put = async |collection, id: &str, document: &str| {
        let document = Document::parse(document).expect("a document");
        store.create(collection, &Id::parse("id", id).expect("an id"), document).await.expect("stored");
    };
    put(Collection::CONNECTORS, "here", "{}").await;
    put(Collection::CONNECTORS, "gone", r#"{"deleted":true}"#).await;
    for (number, job) in jobs.iter().enumerate() {
        put(Collection::SYNC_JOBS, &number.to_string(), &job.document()).await;
    }
    let api = Api::new(Arc::clone(&store) as _).with_clock(FixedClock);
    let service = actix_test::init_service(App::new().configure(api.configure())).await;
    let request = actix_test::TestRequest::with_uri(&format!("/_connector/_sync_job?{query}")).to_request();
    let response = actix_test::call_service(&service, request).await;
    let status = response.status();
    let body = to_bytes(response.into_body()).await.expect("a body");
    (status, serde_json::from_slice(&body).expect("JSON"))
}

#[test]
fn lists_are_what_a_naive_evaluation_selects() {
    let system = System::new();
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let seen = Cell::new(0);
    let outcome = runner.run(&(vec(job(), 0..10), asked()), |(jobs, asked)| {
        let query = asked.query_string();
        let (status, answer) = system.block_on(answer(&jobs, &query));
        if asked.is_crossed() {
            prop_assert_eq!(status, StatusCode::BAD_REQUEST, "{}", query);
            return Ok(());
        }
        let mut selected: Vec<(usize, &Job)> =
            jobs.iter().enumerate().filter(|(_, job)| job.is_asked_for(&asked)).collect();
        selected.sort_by(|left, right| asked.compare(left, right));
        let results: Vec<Value> = selected.iter().map(|(number, job)| asked.shown(*number, job)).collect();
        seen.set(seen.get() + usize::from(!results.is_empty() && results.len() < jobs.len()));
        prop_assert_eq!(answer, json!({ "count": results.len(), "results": results }), "{}", query);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(seen.get() > 50, "only {} lists are a part of the jobs", seen.get());
}
