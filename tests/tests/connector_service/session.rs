//! A service with its shop, a connector and a worker, and the steps that scenarios have in common.

use std::cell::RefCell;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tributary_engines::Postgres;

use crate::pairs::{Pair, Running};
use crate::shop::{Documents, Shop};
use crate::worker::Worker;

/// The id of the connector.
pub(crate) const SHOP: &str = "shop";
/// Statuses that are the last one of a job.
const FINAL: &[&str] = &["completed", "error", "canceled"];
const JOBS: &str = "/_connector/_sync_job";
/// How long everything may take, on a machine that does a lot else.
const PATIENCE: Duration = Duration::from_mins(2);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until something holds.
///
/// # Panics
/// If it does not, with a story.
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool, story: impl Fn() -> String) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for this: {what}; {}", story());
        sleep(PAUSE);
    }
}

/// What a scenario plays with.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) running: Running,
    pub(crate) shop: Shop,
    /// The content index.
    pub(crate) index: String,
    workers: RefCell<Vec<Worker>>,
}

impl Session {
    /// A service and a shop, with nothing in between.
    pub(crate) fn start(pair: &Pair) -> Self {
        let running = pair.start();
        let index = format!("{}content", running.indices.fresh_prefix());
        Self { running, shop: Shop::open(), index, workers: RefCell::default() }
    }

    /// With a worker, and a connector that is connected to the shop.
    pub(crate) fn connected(pair: &Pair) -> Self {
        let session = Self::start(pair);
        session.create_connector();
        session.start_worker("worker-1");
        session.wait_for_connector("its fields", |found| found["status"] == "needs_configuration");
        session.configure(&json!({
            "host": Postgres::HOST,
            "port": session.shop.postgres.port(),
            "username": Postgres::USER,
            "password": Postgres::PASSWORD,
            "database": Postgres::DATABASE,
            "schema": session.shop.schema,
        }));
        session.wait_for_connector("a connection", |found| found["status"] == "connected");
        session
    }

    pub(crate) fn create_connector(&self) {
        let body = json!({ "index_name": self.index, "service_type": "postgresql", "name": "Shop" });
        let _ = self.running.server.put(&format!("/_connector/{SHOP}"), &body.to_string()).expect(201);
    }

    /// Sets values of the connector's configuration.
    pub(crate) fn configure(&self, values: &Value) {
        self.change(&format!("/_connector/{SHOP}/_configuration"), &json!({ "values": values }));
    }

    /// A change through the API that is made.
    pub(crate) fn change(&self, target: &str, body: &Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let _ = self.running.server.put(target, &body).expect(200);
    }

    pub(crate) fn start_worker(&self, name: &str) {
        self.workers.borrow_mut().push(Worker::start(&self.running.server, name, &self.index));
    }

    /// The only worker, which is not looked after any more.
    pub(crate) fn take_worker(&self) -> Worker {
        self.workers.borrow_mut().pop().expect("a worker")
    }

    pub(crate) fn with_worker<T>(&self, look: impl FnOnce(&Worker) -> T) -> T {
        look(self.workers.borrow().last().expect("a worker"))
    }

    pub(crate) fn connector(&self) -> Value {
        self.running.server.get(&format!("/_connector/{SHOP}")).expect(200).json()
    }

    pub(crate) fn job(&self, id: &str) -> Value {
        self.running.server.get(&format!("{JOBS}/{id}")).expect(200).json()
    }

    pub(crate) fn create_job(&self, job_type: &str) -> String {
        let body = json!({ "id": SHOP, "job_type": job_type });
        self.running.server.send("POST", JOBS, &body.to_string()).expect(201).id()
    }

    /// The connector, once something holds for it.
    pub(crate) fn wait_for_connector(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut found = Value::Null;
        wait_for(
            &format!("the connector has {what}"),
            || {
                found = self.connector();
                holds(&found)
            },
            || self.story(),
        );
        found
    }

    /// The job, once something holds for it.
    pub(crate) fn wait_for_job(&self, id: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut found = Value::Null;
        wait_for(
            &format!("job {id} {what}"),
            || {
                found = self.job(id);
                holds(&found)
            },
            || format!("{:#}\n{}", self.job(id), self.story()),
        );
        found
    }

    /// The job once it is running, and has written some documents.
    pub(crate) fn wait_until_writing(&self, id: &str) -> Value {
        let is_writing = |job: &Value| {
            job["status"] == "in_progress"
                && job["indexed_document_count"].as_u64().is_some_and(|count| count > 0)
        };
        self.wait_for_job(id, "writes documents", is_writing)
    }

    /// The job once it has ended, which has to be so.
    pub(crate) fn wait_for_end(&self, id: &str, status: &str) -> Value {
        let is_final = |job: &Value| job["status"].as_str().is_some_and(|found| FINAL.contains(&found));
        let job = self.wait_for_job(id, "ends", is_final);
        assert_eq!(job["status"], status, "{job:#}\n{}", self.story());
        job
    }

    /// A job from its creation to its end; then the connector knows of it.
    pub(crate) fn sync(&self, job_type: &str) -> Value {
        let id = self.create_job(job_type);
        let job = self.wait_for_end(&id, "completed");
        self.wait_for_connector("heard of the job", |found| {
            found["last_sync_status"] == "completed" && found["last_synced"] == job["last_seen"]
        });
        job
    }

    /// The documents in the content index, read through the service.
    pub(crate) fn content(&self) -> Documents {
        let server = &self.running.server;
        let _ = server.call("POST", &format!("/{}/_refresh", self.index)).expect(200);
        let answer = server.get(&format!("/{}/_search?size=1000", self.index)).expect(200);
        assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"), "{answer:?}");
        let mut documents = Documents::new();
        for hit in answer.json()["hits"]["hits"].as_array().expect("hits") {
            let mut source = hit["_source"].clone();
            // What is meant for pipelines may have been removed by one.
            source.as_object_mut().expect("an object").retain(|name, _| !name.starts_with('_'));
            documents.insert(hit["_id"].as_str().expect("an id").to_owned(), source);
        }
        documents
    }

    /// The content is what it has to be, also for who asks the engine itself.
    pub(crate) fn check_content(&self, expected: &Documents) {
        let found = self.content();
        let ids = |documents: &Documents| documents.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(&found), ids(expected));
        for (id, document) in expected {
            assert_eq!(&found[id], document, "{id}");
        }
        let engine = self.running.indices.endpoint();
        let count = engine.send("GET", &format!("/{}/_count", self.index), "").expect("the engine answers");
        assert_eq!(count["count"], expected.len());
    }

    /// What everybody has said, for a failure.
    pub(crate) fn story(&self) -> String {
        let workers: Vec<String> = self.workers.borrow().iter().map(Worker::story).collect();
        let log = self.running.server.log();
        // Questions are many, and change nothing.
        let is_telling = |line: &&str| !(line.contains(r#"method="GET""#) && line.contains("status=200"));
        let log: Vec<&str> = log.lines().filter(is_telling).collect();
        format!(
            "the connector is {:#}\nthe workers said\n{}\nthe service logged\n{}",
            self.connector(),
            workers.join("\n").replace("\\n", "\n"),
            log[log.len().saturating_sub(60)..].join("\n")
        )
    }

    /// Stops everything, which has to end in order; answers what the workers said.
    pub(crate) fn finish(self) -> Vec<String> {
        let said = self.workers.into_inner().into_iter().map(Worker::stop).collect();
        self.running.server.stop();
        said
    }
}
