//! Who may call which endpoint: each of them is called by each kind of caller, and the table in the docs says what came
//! of it.

use std::fmt::Write as _;
use std::path::Path;

use tributary_api::{Access, Body, Endpoint, Privilege};
use tributary_storage::Collection;

use crate::session::{ADMIN_KEY, Backend, Session};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");

/// A kind of caller.
struct Caller {
    /// Its column in the table.
    title: &'static str,
    /// The privileges of its key; `None` without a key that works.
    privileges: Option<&'static [Privilege]>,
    /// The connectors that it is limited to.
    resource: Option<&'static str>,
    key: String,
}

const READER: &[Privilege] = &[Privilege::Monitor, Privilege::MonitorConnector];
const WORKER: &[Privilege] = &[Privilege::Monitor, Privilege::WorkConnector];
const MANAGER: &[Privilege] = &[
    Privilege::Monitor,
    Privilege::ManageConnector,
    Privilege::ReadConnectorSecrets,
    Privilege::WriteConnectorSecrets,
    Privilege::ManageApiKey,
];

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Allowed,
    Unauthenticated,
    Forbidden,
    /// The document is not there for this caller.
    NotThere,
}

impl Outcome {
    fn of(status: u16, body: &str) -> Self {
        match status {
            401 => Self::Unauthenticated,
            403 => Self::Forbidden,
            404 if ["does not exist", "\"found\":false", "missing", "not_found"]
                .iter()
                .any(|text| body.contains(text)) =>
            {
                Self::NotThere
            }
            _ => Self::Allowed,
        }
    }
}

pub(crate) fn every_endpoint_is_for_those_with_its_privilege() {
    actix_web::rt::System::new().block_on(async {
        let mut session = Session::open(Backend::Memory).await;
        session.require_keys().await;
        let callers = callers(&mut session).await;
        let mut rows = String::new();
        let endpoints = tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS);
        for (number, endpoint) in endpoints.enumerate() {
            let _ = write!(rows, "| `{} {}` | {} |", endpoint.method, endpoint.path, needed(endpoint));
            for (place, caller) in callers.iter().enumerate() {
                let outcome = call(&mut session, endpoint, caller, &format!("{number}-{place}")).await;
                assert_eq!(outcome, expected(endpoint, caller), "{} as {}", endpoint.name, caller.title);
                let _ = write!(rows, " {} |", shown(outcome, endpoint, caller));
            }
            rows.push('\n');
        }
        compare(&page(&callers, &rows));
    });
}

async fn callers(session: &mut Session) -> Vec<Caller> {
    let mut callers = vec![Caller { title: "no key", privileges: None, resource: None, key: String::new() }];
    for (title, privileges, resource) in [
        ("reader", READER, None),
        ("worker", WORKER, Some("connector:wiki-*")),
        ("other's worker", WORKER, Some("connector:db-*")),
        ("manager", MANAGER, None),
    ] {
        let key = session.new_key(ADMIN_KEY, title, &roles(privileges, resource)).await;
        callers.push(Caller { title, privileges: Some(privileges), resource, key });
    }
    let expiring = format!(r#"{},"expiration":"1s""#, roles(MANAGER, None));
    let key = session.new_key(ADMIN_KEY, "expired", &expiring).await;
    callers.push(Caller { title: "expired key", privileges: None, resource: None, key });
    let key = session.new_key(ADMIN_KEY, "invalidated", &roles(MANAGER, None)).await;
    let invalidate = r#"{"name":"invalidated"}"#;
    let (status, _) = session.answer_as(ADMIN_KEY, "DELETE", "/_security/api_key", invalidate).await;
    assert_eq!(status, 200);
    callers.push(Caller { title: "invalidated key", privileges: None, resource: None, key });
    callers
}

/// The roles of a new key, as a part of its body.
fn roles(privileges: &[Privilege], resource: Option<&str>) -> String {
    let names: Vec<String> = privileges.iter().map(|privilege| format!("{:?}", privilege.name())).collect();
    let applications = resource.map_or_else(String::new, |resource| {
        format!(r#"{{"application":"tributary","privileges":["*"],"resources":["{resource}"]}}"#)
    });
    let names = names.join(",");
    format!(r#","role_descriptors":{{"r":{{"cluster":[{names}],"applications":[{applications}]}}}}"#)
}

/// Calls an endpoint for a connector and a job that nobody else has touched.
async fn call(session: &mut Session, endpoint: &Endpoint, caller: &Caller, name: &str) -> Outcome {
    let (connector, job) = (format!("wiki-{name}"), format!("job-{name}"));
    let text = format!(r#"{{"index_name":"i-{name}","service_type":"s3","configuration":{{}}}}"#);
    session.store(Collection::CONNECTORS, &connector, &text).await;
    let text = format!(r#"{{"status":"pending","connector":{{"id":"{connector}","configuration":{{}}}}}}"#);
    session.store(Collection::SYNC_JOBS, &job, &text).await;
    let path = endpoint
        .path
        .replace("{connector_sync_job_id}", &job)
        .replace("{connector_id}", &connector)
        .replace("{control_index}", ".elastic-connectors")
        .replace("{user}", "admin")
        .replace("{file}", "index.css")
        .replace("{id}", if endpoint.path.contains("{control_index}") { &connector } else { name });
    assert!(!path.contains('{'), "{path}: say what stands for its parameter");
    let body = match &endpoint.body {
        Body::None => String::new(),
        Body::Lines(_) => format!("{{\"index\":{{\"_id\":\"{connector}\"}}}}\n{{\"name\":\"x\"}}\n"),
        body => body.content().and_then(|content| content.example).unwrap_or_default().to_owned(),
    };
    // The example names a connector of its own.
    let body =
        if endpoint.name == "connector.sync_job_post" { format!(r#"{{"id":"{connector}"}}"#) } else { body };
    let path = if endpoint.name.ends_with("_watch") { format!("{path}?timeout=0s") } else { path };
    let (status, answer) = session.answer_as(&caller.key, endpoint.method.as_str(), &path, &body).await;
    assert!(status < 500 || status == 501, "{} as {}: {answer}", endpoint.name, caller.title);
    Outcome::of(status, &answer)
}

/// What the declaration of the endpoint promises.
fn expected(endpoint: &Endpoint, caller: &Caller) -> Outcome {
    let Access::Needs(privilege) = endpoint.access else {
        return match (endpoint.access, caller.privileges) {
            (Access::Authenticated, None) => Outcome::Unauthenticated,
            _ => Outcome::Allowed,
        };
    };
    let Some(own) = caller.privileges else { return Outcome::Unauthenticated };
    let is_limitable = matches!(
        privilege,
        Privilege::MonitorConnector | Privilege::WorkConnector | Privilege::ManageConnector
    );
    if !own.iter().any(|own| own.includes(privilege)) {
        return Outcome::Forbidden;
    }
    let is_foreign = caller.resource == Some("connector:db-*") && is_limitable;
    if is_foreign && names_a_document(endpoint) { Outcome::NotThere } else { missing(endpoint) }
}

/// Nobody has stored the secret, so that whoever may read it is told that it is not there.
fn missing(endpoint: &Endpoint) -> Outcome {
    match endpoint.name {
        "connector.secret_get" | "connector.secret_delete" => Outcome::NotThere,
        _ => Outcome::Allowed,
    }
}

fn names_a_document(endpoint: &Endpoint) -> bool {
    endpoint.path.contains("connector_id}")
        || endpoint.path.contains("job_id}")
        || endpoint.path.contains("{control_index}") && endpoint.path.contains("{id}")
}

fn needed(endpoint: &Endpoint) -> String {
    match endpoint.access {
        Access::Undeclared => unreachable!("it does not compile"),
        Access::Everybody => "nothing".to_owned(),
        Access::Authenticated => "a key".to_owned(),
        Access::Needs(privilege) => format!("`{}`", privilege.name()),
    }
}

fn shown(outcome: Outcome, endpoint: &Endpoint, caller: &Caller) -> &'static str {
    let is_limited = caller.resource.is_some()
        && endpoint.access.privilege().is_some_and(Privilege::can_be_limited)
        && !names_a_document(endpoint);
    match outcome {
        Outcome::Allowed if is_limited => "its own",
        Outcome::NotThere if missing(endpoint) == Outcome::NotThere => "yes",
        Outcome::Allowed => "yes",
        Outcome::Unauthenticated => "401",
        Outcome::Forbidden => "403",
        Outcome::NotThere => "404",
    }
}

fn page(callers: &[Caller], rows: &str) -> String {
    let titles: Vec<&str> = callers.iter().map(|caller| caller.title).collect();
    let lines = vec!["---"; titles.len() + 2].join(" | ");
    let list = |privileges: &[Privilege]| {
        let names: Vec<String> = privileges.iter().map(|one| format!("`{}`", one.name())).collect();
        names.join(", ")
    };
    format!(
        "<!-- Generated; do not edit. -->\n\n# Who may call what\n\nWith security on. A test calls every endpoint as each of these callers and writes \
         this table. The reader's key has the privileges {}; the worker's key {}, limited to the connectors `wiki-*`; \
         the other worker's is limited to `db-*`; the manager's key has {}. The document in the path belongs to a \
         connector `wiki-*`. *Its own* means that only documents of the key's own connectors are found or changed; \
         `404` that the document is not there for this caller.\n\n| endpoint | needs | {} |\n| {lines} |\n{rows}",
        list(READER),
        list(WORKER),
        list(MANAGER),
        titles.join(" | "),
    )
}

/// Holds the page against the one in the docs, or writes it like a snapshot.
fn compare(page: &str) {
    let file = Path::new(TABLE);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(file, page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert!(written == page, "docs/access.md is outdated: run this test with INSTA_UPDATE=always");
}
