//! One request after the other, from a seed and from the ids that earlier answers had.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tributary_api::{Body, COMMON_PARAMETERS, Endpoint, Parameter, ParameterKind};

use crate::message::Message;
use crate::targets::EDGES;

/// How many connectors there are at most for each generator.
const CONNECTORS: u32 = 8;
/// How many of its jobs a generator knows; the oldest are deleted beyond that.
const JOBS: usize = 100;
/// What requests for documents of control indices mean as their index.
const INDICES: [&str; 2] = [".elastic-connectors", ".elastic-connectors-sync-jobs"];

/// A request.
#[derive(Debug)]
pub struct GeneratedRequest {
    /// The name of its endpoint.
    pub endpoint: &'static str,
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub target: String,
    /// Its body, with the media type.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// Makes requests.
#[derive(Debug)]
pub struct Generator {
    random: SmallRng,
    endpoints: Vec<&'static Endpoint>,
    corpus: Vec<Vec<u8>>,
    /// Sets the connectors of generators apart.
    name: u64,
    jobs: Vec<String>,
}

impl Generator {
    /// A generator of its own connectors; equal ones make equal requests of equal answers.
    pub fn new(seed: u64, name: u64) -> Self {
        let endpoints = tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS);
        let corpus = ["body", "bulk", "query_string", "search"];
        Self {
            random: SmallRng::seed_from_u64(seed.wrapping_add(name)),
            endpoints: endpoints.copied().collect(),
            corpus: corpus.iter().flat_map(|target| crate::corpus::inputs(target)).collect(),
            name,
            jobs: Vec::new(),
        }
    }

    /// The next request.
    pub fn next_request(&mut self) -> GeneratedRequest {
        if self.jobs.len() > JOBS {
            let target = format!("/_connector/_sync_job/{}", self.jobs.remove(0));
            return plain("connector.sync_job_delete", "DELETE", target);
        }
        match self.random.random_range(0..100) {
            0..10 => self.of_corpus(),
            // Chance alone would make few connectors and jobs, and rarely lead a job to its end.
            10..15 => self.new_connector(),
            15..25 => self.new_job(),
            25..50 => self.step(),
            _ => self.of_declaration(),
        }
    }

    /// Learns from an answer which jobs there are.
    pub fn learn(&mut self, request: &GeneratedRequest, status: u16, answer: &str) {
        let creates = matches!(request.endpoint, "connector.sync_job_post" | "connector.sync_job_retry");
        if creates && (200..300).contains(&status) {
            let answer: Option<Value> = serde_json::from_str(answer).ok();
            self.jobs.extend(answer.and_then(|answer| answer["id"].as_str().map(str::to_owned)));
        }
    }

    fn new_connector(&mut self) -> GeneratedRequest {
        let id = self.connector();
        let body = json!({ "name": id, "index_name": format!("content-{id}"), "service_type": "s3" });
        GeneratedRequest {
            body: Some(("application/json", body.to_string().into_bytes())),
            ..plain("connector.put", "PUT", format!("/_connector/{id}"))
        }
    }

    fn new_job(&mut self) -> GeneratedRequest {
        let types = ["full", "incremental", "access_control"];
        let body = json!({ "id": self.connector(), "job_type": types[self.random.random_range(0..3)] });
        GeneratedRequest {
            body: Some(("application/json", body.to_string().into_bytes())),
            ..plain("connector.sync_job_post", "POST", "/_connector/_sync_job".to_owned())
        }
    }

    /// A request of the corpus, with some bytes changed most of the time.
    fn of_corpus(&mut self) -> GeneratedRequest {
        let input = self.corpus.choose(&mut self.random).expect("a corpus").clone();
        let mut input = input;
        for _ in 0..self.random.random_range(0..3) {
            let at = self.random.random_range(0..=input.len());
            if self.random.random_bool(0.5) && at < input.len() {
                input[at] = self.random.random();
            } else {
                let word = EDGES.choose(&mut self.random).expect("words");
                input.splice(at..at, word.bytes());
            }
        }
        let Some(message) = Message::read(&input).filter(|message| !message.may_wait()) else {
            return self.of_declaration();
        };
        GeneratedRequest {
            endpoint: "corpus",
            method: message.method.to_string(),
            target: message.target.to_string(),
            body: (!message.body.is_empty()).then(|| {
                let is_bulk = message.target.path().ends_with("/_bulk");
                (if is_bulk { "application/x-ndjson" } else { "application/json" }, message.body.to_vec())
            }),
        }
    }

    /// A request for a job, by its id.
    fn step(&mut self) -> GeneratedRequest {
        let steps =
            self.endpoints.iter().filter(|endpoint| endpoint.path.contains("{connector_sync_job_id}/"));
        let steps: Vec<&Endpoint> = steps.copied().collect();
        let endpoint = steps.choose(&mut self.random).copied().expect("jobs can be changed");
        self.of_endpoint(endpoint)
    }

    /// A request for any endpoint.
    fn of_declaration(&mut self) -> GeneratedRequest {
        let endpoint = *self.endpoints.choose(&mut self.random).expect("endpoints");
        self.of_endpoint(endpoint)
    }

    fn of_endpoint(&mut self, endpoint: &Endpoint) -> GeneratedRequest {
        let target = self.path(endpoint) + &self.query(endpoint);
        let head = endpoint.method == "GET" && self.random.random_bool(0.05);
        let method = if head { "HEAD".to_owned() } else { endpoint.method.to_string() };
        GeneratedRequest { endpoint: endpoint.name, method, target, body: self.body(endpoint) }
    }

    fn path(&mut self, endpoint: &Endpoint) -> String {
        let mut path = String::new();
        let parts: Vec<&str> = endpoint.path.split('/').skip(1).collect();
        for part in parts {
            let value = match part {
                "{connector_sync_job_id}" => self.job(),
                "{control_index}" => INDICES.choose(&mut self.random).copied().unwrap_or_default().to_owned(),
                "{id}" if path.contains("sync-jobs") => self.job(),
                "{connector_id}" | "{id}" => self.connector(),
                "{file}" => "swagger-ui.css".to_owned(),
                other if other.starts_with('{') => "x".to_owned(),
                other => other.to_owned(),
            };
            let odd = part.starts_with('{') && self.random.random_bool(0.03);
            let value = if odd { encoded(self.edge()) } else { value };
            let _ = write!(path, "/{value}");
        }
        path
    }

    fn connector(&mut self) -> String {
        format!("c{}-{}", self.name, self.random.random_range(0..CONNECTORS))
    }

    fn job(&mut self) -> String {
        // The latest are the ones that can still become something.
        let from = self.jobs.len().saturating_sub(10);
        let jobs = if self.random.random_bool(0.8) { &self.jobs[from..] } else { &self.jobs[..] };
        jobs.choose(&mut self.random).cloned().unwrap_or_else(|| "nobody".to_owned())
    }

    fn edge(&mut self) -> &'static str {
        EDGES.choose(&mut self.random).expect("words")
    }

    fn query(&mut self, endpoint: &Endpoint) -> String {
        let mut query = String::new();
        let parameters: Vec<&Parameter> = endpoint.own_parameters().chain(COMMON_PARAMETERS).collect();
        for _ in 0..self.random.random_range(0..4_usize).saturating_sub(1) {
            let parameter = *parameters.choose(&mut self.random).expect("there are common ones");
            if parameter.name != "timeout" {
                let value = self.argument(parameter);
                let _ = write!(query, "{}={value}&", parameter.name);
            }
        }
        // Whatever waits has to end.
        if parameters.iter().any(|parameter| parameter.name == "timeout") {
            query += "timeout=1ms&";
        }
        if endpoint.path.ends_with("_by_query") && self.random.random_bool(0.5) {
            let _ = write!(query, "connector_id={}&", self.connector());
        }
        if query.is_empty() { query } else { format!("?{}", query.trim_end_matches('&')) }
    }

    fn argument(&mut self, parameter: &Parameter) -> String {
        if self.random.random_bool(0.2) {
            return encoded(self.edge());
        }
        let word = |random: &mut SmallRng, words: &[&str]| {
            words.choose(random).copied().unwrap_or_default().to_owned()
        };
        match parameter.kind {
            ParameterKind::Integer | ParameterKind::PositiveInteger => {
                self.random.random_range(0..200).to_string()
            }
            ParameterKind::Boolean | ParameterKind::FilledBoolean => self.random.random_bool(0.5).to_string(),
            ParameterKind::Duration | ParameterKind::Timeout => "1ms".to_owned(),
            ParameterKind::Date => {
                encoded(&word(&mut self.random, &["2026", "now-1d/d", "2026-01-01T00:00:00Z"]))
            }
            ParameterKind::Keyword(words) => word(&mut self.random, words),
            ParameterKind::KeywordList(words) => {
                format!("{},{}", word(&mut self.random, words), word(&mut self.random, words))
            }
            _ if parameter.name == "connector_id" => self.connector(),
            _ => word(&mut self.random, &["id", "results.id", "status", "connector.*", "c", "w"]),
        }
    }

    fn body(&mut self, endpoint: &Endpoint) -> Option<(&'static str, Vec<u8>)> {
        let content = match endpoint.body {
            Body::None => return None,
            Body::Optional(_) if self.random.random_bool(0.3) => return None,
            Body::Optional(content) | Body::Required(content) | Body::Lines(content) => content,
        };
        let Some(example) = content.example else {
            let id = self.connector();
            let lines = format!("{{\"index\":{{\"_id\":\"{id}\"}}}}\n{}\n", json!({ "name": self.edge() }));
            return Some((content.media_type, lines.into_bytes()));
        };
        let mut body: Value = serde_json::from_str(example).expect("examples are JSON");
        if endpoint.name == "connector.sync_job_post" {
            body["id"] = self.connector().into();
        }
        let mut text = if self.random.random_bool(0.6) {
            body.to_string()
        } else {
            let mut places = Vec::new();
            collect("", &body, &mut places);
            let place = places.choose(&mut self.random).expect("the whole").clone();
            let edge = self.edge();
            *body.pointer_mut(&place).expect("a place of the body") = "@".into();
            // As a text where it is no JSON.
            let is_json = serde_json::from_str::<&serde_json::value::RawValue>(edge).is_ok();
            let new = if is_json { edge.to_owned() } else { json!(edge).to_string() };
            body.to_string().replacen("\"@\"", &new, 1)
        };
        if self.random.random_bool(0.05) {
            let at =
                (0..=self.random.random_range(0..=text.len())).rev().find(|at| text.is_char_boundary(*at));
            text.insert_str(at.unwrap_or(0), self.edge());
        }
        Some((content.media_type, text.into_bytes()))
    }
}

fn plain(endpoint: &'static str, method: &str, target: String) -> GeneratedRequest {
    GeneratedRequest { endpoint, method: method.to_owned(), target, body: None }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Where values stand.
fn collect(place: &str, value: &Value, places: &mut Vec<String>) {
    places.push(place.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(&format!("{place}/{name}"), value, places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| collect(&format!("{place}/{at}"), value, places));
        }
        _ => {}
    }
}
