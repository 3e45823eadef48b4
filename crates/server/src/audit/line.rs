//! A line of the audit: its fields are those of the Elastic Common Schema and of Elasticsearch's audit log.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use jiff::Timestamp;
use serde::Serialize;
use tributary_api::{Observation, Principal};

const OPAQUE_ID: HeaderName = HeaderName::from_static("x-opaque-id");
const TRACE: HeaderName = HeaderName::from_static("traceparent");
/// The longest text of a client, in bytes.
const LONGEST: usize = 1024;

/// The fields of a line with what they mean, in their order.
pub const AUDIT_FIELDS: &[(&str, &str)] = &[
    ("@timestamp", "when the answer was ready, in UTC"),
    (
        "event.action",
        "the name of the endpoint, such as `connector.put`, or Elasticsearch's name of what was done with a content index, such as `indices:data/write/bulk`; `unknown` where the request matches neither",
    ),
    (
        "event.outcome",
        "`success`; `failure` if the request was answered with an error; `denied` if it was refused for want of a key (`401`), of a privilege (`403`) or of patience (`429`), or if it named a document that the key does not reach",
    ),
    ("event.duration", "until the answer was ready, in nanoseconds"),
    ("user.name", "the user that the key belongs to; `anonymous` without security"),
    ("apikey.id", "the id of the key, also of one that has expired or was invalidated"),
    ("apikey.name", "the name of the key"),
    (
        "origin.address",
        "the address and the port that the connection comes from, which is that of a proxy if there is one; what a proxy says about it in a header is not believed",
    ),
    ("http.request.method", "the method"),
    ("http.response.status_code", "the status of the answer"),
    ("url.path", "the path as it was sent, its first 1,024 bytes"),
    (
        "url.query",
        "the parameters of a change by a connector API that succeeded, such as the filter of one of many documents",
    ),
    ("document.collection", "what was changed: `connectors`, `sync_jobs`, `secrets` or `api_keys`"),
    ("document.ids", "the ids of the documents that were changed or created, the first 1,000"),
    ("document.failed_ids", "the ids of those that were not, such as of single actions of a bulk request"),
    ("document.count", "how many changes were made"),
    ("trace.id", "the id of the trace that the request belongs to, by its header `traceparent`"),
    ("opaque_id", "the header `X-Opaque-Id`, by which clients recognize their requests"),
];

/// A line, in the order of [`AUDIT_FIELDS`].
#[derive(Debug, Serialize)]
pub(super) struct Line<'o> {
    #[serde(rename = "@timestamp")]
    timestamp: String,
    #[serde(rename = "event.action")]
    action: &'o str,
    #[serde(rename = "event.outcome")]
    outcome: Outcome,
    #[serde(rename = "event.duration")]
    duration: u64,
    #[serde(rename = "user.name", skip_serializing_if = "Option::is_none")]
    user: Option<&'o str>,
    #[serde(rename = "apikey.id", skip_serializing_if = "Option::is_none")]
    key_id: Option<&'o str>,
    #[serde(rename = "apikey.name", skip_serializing_if = "Option::is_none")]
    key_name: Option<&'o str>,
    #[serde(rename = "origin.address", skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(rename = "http.request.method")]
    method: &'o str,
    #[serde(rename = "http.response.status_code")]
    status: u16,
    #[serde(rename = "url.path")]
    path: &'o str,
    #[serde(rename = "url.query", skip_serializing_if = "Option::is_none")]
    query: Option<&'o str>,
    #[serde(rename = "document.collection", skip_serializing_if = "Option::is_none")]
    collection: Option<&'static str>,
    #[serde(rename = "document.ids", skip_serializing_if = "<[_]>::is_empty")]
    ids: &'o [String],
    #[serde(rename = "document.failed_ids", skip_serializing_if = "<[_]>::is_empty")]
    failed_ids: &'o [String],
    #[serde(rename = "document.count", skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(rename = "trace.id", skip_serializing_if = "Option::is_none")]
    trace: Option<&'o str>,
    #[serde(rename = "opaque_id", skip_serializing_if = "Option::is_none")]
    opaque_id: Option<&'o str>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Success,
    Failure,
    Denied,
}

impl Outcome {
    fn of(observation: &Observation<'_>) -> Self {
        let is_denied = observation.is_out_of_scope
            || matches!(
                observation.status,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
            );
        match observation.status {
            _ if is_denied => Self::Denied,
            status if status.as_u16() >= 400 => Self::Failure,
            _ => Self::Success,
        }
    }
}

impl<'o> Line<'o> {
    /// The line for a request; `None` if it is not audited.
    pub(super) fn of(observation: &Observation<'o>, reads: bool) -> Option<Self> {
        let outcome = Outcome::of(observation);
        let is_change =
            observation.changes.is_some() || observation.passed_on.is_some_and(|passed| passed.is_change);
        if !(is_change || reads || outcome == Outcome::Denied) {
            return None;
        }
        let request = observation.request;
        let header = |name: &HeaderName| request.headers().get(name)?.to_str().ok();
        let key = observation.caller.and_then(|caller| caller.key());
        let noted = observation.changes.filter(|changes| changes.collection.is_some());
        let is_known = observation.changes.is_some() && outcome == Outcome::Success;
        Some(Self {
            timestamp: format!("{:.6}", Timestamp::now()),
            action: observation
                .endpoint
                .or(observation.passed_on.map(|passed| passed.action))
                .unwrap_or("unknown"),
            outcome,
            duration: u64::try_from(observation.duration.as_nanos()).unwrap_or(u64::MAX),
            user: observation.caller.map(Principal::name),
            key_id: key.map(|key| key.id.as_str()).or(observation.refused_key),
            key_name: key.map(|key| key.name.as_str()),
            origin: request.peer_addr().map(|address| address.to_string()),
            method: request.method().as_str(),
            status: observation.status.as_u16(),
            path: shortened(request.path()),
            query: Some(request.query_string()).filter(|query| is_known && !query.is_empty()).map(shortened),
            collection: noted.and_then(|changes| changes.collection),
            ids: noted.map_or(&[], |changes| &changes.changed),
            failed_ids: noted.map_or(&[], |changes| &changes.failed),
            count: noted.map(|changes| changes.count),
            trace: header(&TRACE).and_then(trace_id),
            opaque_id: header(&OPAQUE_ID).map(shortened),
        })
    }

    /// The line as JSON, without a line break.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The beginning of a text.
fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// The second part of `version-trace-parent-flags`, as W3C's Trace Context says.
fn trace_id(header: &str) -> Option<&str> {
    header.split('-').nth(1).filter(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;
    use tributary_api::{Access, NotedChanges, PassedOn};
    use tributary_domain::{Grants, Privilege};
    use tributary_service::PrincipalKey;

    use super::*;

    /// A request, of which the rest is always the same.
    #[derive(Default)]
    struct Given<'g> {
        status: u16,
        changes: Option<&'g NotedChanges>,
        passed_on: Option<PassedOn>,
        is_out_of_scope: bool,
        reads: bool,
    }

    fn line(given: &Given<'_>) -> Option<serde_json::Value> {
        let request = TestRequest::put()
            .uri("/_connector/a?secret=x")
            .peer_addr("127.0.0.1:7".parse().unwrap())
            .insert_header(("x-opaque-id", "mine \"quoted\""))
            .insert_header(("authorization", "ApiKey top-secret"))
            .insert_header(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
            .to_http_request();
        let key = PrincipalKey { id: "k".to_owned(), name: "a key".to_owned(), grants: Grants::everything() };
        let caller = Principal::with_key("admin", key);
        let observation = Observation {
            endpoint: given.passed_on.is_none().then_some("connector.put"),
            access: Some(Access::Needs(Privilege::ManageConnector)),
            caller: Some(&caller),
            refused_key: None,
            changes: given.changes,
            passed_on: given.passed_on,
            is_out_of_scope: given.is_out_of_scope,
            request: &request,
            status: StatusCode::from_u16(given.status).unwrap(),
            duration: Duration::from_millis(1),
        };
        let line = Line::of(&observation, given.reads)?;
        assert!(!line.text().contains('\n') && !line.text().contains("top-secret"), "{line:?}");
        Some(serde_json::from_str(&line.text()).unwrap())
    }

    #[test]
    fn changes_and_refusals_are_audited_and_reads_if_wanted() {
        assert_eq!(line(&Given { status: 200, ..Given::default() }), None);
        let read = line(&Given { status: 200, reads: true, ..Given::default() }).unwrap();
        assert_eq!(read["event.outcome"], "success");
        let changes = NotedChanges::default();
        for (status, changed, is_out_of_scope, expected) in [
            (200, true, false, Some("success")),
            (409, true, false, Some("failure")),
            (404, true, true, Some("denied")),
            (404, false, true, Some("denied")),
            (404, false, false, None),
            (401, false, false, Some("denied")),
            (403, false, false, Some("denied")),
            (429, false, false, Some("denied")),
            (500, false, false, None),
        ] {
            let changes = changed.then_some(&changes);
            let line = line(&Given { status, changes, is_out_of_scope, ..Given::default() });
            let outcome = line.map(|line| line["event.outcome"].as_str().unwrap().to_owned());
            assert_eq!(outcome.as_deref(), expected, "{status}");
        }
        let passed_on = |is_change| {
            let told = PassedOn { action: "indices:data/write/bulk", is_change };
            line(&Given { status: 200, passed_on: Some(told), ..Given::default() })
        };
        assert_eq!(passed_on(false), None);
        assert_eq!(passed_on(true).unwrap()["event.action"], "indices:data/write/bulk");
    }

    #[test]
    fn each_field_is_declared_and_can_appear() {
        let changes = NotedChanges {
            collection: Some("connectors"),
            changed: vec!["a".to_owned()],
            failed: vec!["b".to_owned()],
            count: 1,
        };
        let line = line(&Given { status: 200, changes: Some(&changes), ..Given::default() }).unwrap();
        let mut declared: Vec<&str> = AUDIT_FIELDS.iter().map(|(name, _)| *name).collect();
        let mut found: Vec<&String> = line.as_object().unwrap().keys().collect();
        declared.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, declared);
        assert_eq!(line["opaque_id"], "mine \"quoted\"");
        assert_eq!(line["trace.id"], "0af7651916cd43dd8448eb211c80319c");
    }
}
