//! Creation of a sync job.

use schemars::JsonSchema;
use serde::Deserialize;

use super::bulk::bulk_retry_id;
use super::{SyncJob, fields};
use crate::{
    Connector, Count, Document, Field, Id, MAXIMUM_ID_BYTES, Object, Refusal, SyncJobStatus, SyncJobType,
    Timestamp, TriggerMethod,
};

/// The prefix for the connector's index name to get the index of an `access_control` job.
const ACCESS_CONTROL_INDEX_PREFIX: &str = ".search-acl-filter-";

/// The id in the copy of a connector.
const CONNECTOR_ID: Field<String> = Field::new("id");
/// The job of which this one is a retry, in its metadata.
const RETRY_OF: Field<String> = Field::new("retry_of");

/// The body that creates a sync job.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSyncJob {
    /// The id of the connector to run.
    #[schemars(length(min = 1, max = MAXIMUM_ID_BYTES))]
    pub id: String,
    /// The job type; `full` if absent.
    #[serde(default)]
    pub job_type: Option<SyncJobType>,
    /// The trigger; `on_demand` if absent.
    #[serde(default)]
    pub trigger_method: Option<TriggerMethod>,
}

impl NewSyncJob {
    /// The connector's id, if it is valid.
    pub fn connector_id(&self) -> Result<Id, Refusal> {
        Id::parse("id", &*self.id)
    }

    /// A new pending job with zero counts and a copy of the connector. Rejected for a connector without an index or a
    /// service type.
    pub fn decide(&self, connector: &Connector, now: Timestamp) -> Result<SyncJob, Refusal> {
        let job_type = self.job_type.unwrap_or(SyncJobType::Full);
        let mut document = Document::default();
        document.set(fields::CONNECTOR, &copy_of(&self.id, connector, job_type)?);
        document.set(fields::CREATED_AT, &now);
        document.set(fields::DELETED_DOCUMENT_COUNT, &Count(0));
        document.set(fields::INDEXED_DOCUMENT_COUNT, &Count(0));
        document.set(fields::INDEXED_DOCUMENT_VOLUME, &Count(0));
        document.set(fields::JOB_TYPE, &job_type);
        document.set(fields::LAST_SEEN, &now);
        document.set(fields::METADATA, &Object::default());
        document.set(fields::STATUS, &SyncJobStatus::Pending);
        document.set(fields::TOTAL_DOCUMENT_COUNT, &Count(0));
        document.set(fields::TRIGGER_METHOD, &self.trigger_method.unwrap_or(TriggerMethod::OnDemand));
        Ok(SyncJob { document })
    }
}

impl SyncJob {
    /// The request for a job like this one, which has ended: for the same connector and of the same type, on demand.
    pub fn retry(&self, id: &str) -> Result<NewSyncJob, Refusal> {
        if !self.status().is_some_and(|status| status.successors().is_empty()) {
            return Err(Refusal::NotEnded { id: id.to_owned(), status: self.stored_status() });
        }
        let connector_id = self.document.get(fields::CONNECTOR).and_then(|copy| copy.get(CONNECTOR_ID));
        Ok(NewSyncJob {
            id: connector_id.ok_or_else(|| Refusal::ConnectorNotFound("none".to_owned()))?,
            job_type: self.document.get(fields::JOB_TYPE),
            trigger_method: Some(TriggerMethod::OnDemand),
        })
    }

    /// Whether a change of many jobs at this time created it to retry another one.
    #[must_use]
    pub fn is_bulk_retry_of(&self, id: &Id, now: Timestamp) -> bool {
        let ended = self.document.get(fields::METADATA).and_then(|metadata| metadata.get(RETRY_OF));
        let retry_id = ended.and_then(|ended| bulk_retry_id(&Id::parse("id", ended).ok()?).ok());
        self.document.get(fields::CREATED_AT) == Some(now) && retry_id.as_ref() == Some(id)
    }

    /// Notes which job this new one is a retry of.
    #[must_use]
    pub fn retrying(mut self, ended: &str) -> Self {
        let mut metadata = self.document.get(fields::METADATA).unwrap_or_default();
        metadata.set(RETRY_OF, &ended.to_owned());
        self.document.set(fields::METADATA, &metadata);
        self
    }
}

fn copy_of(id: &str, connector: &Connector, job_type: SyncJobType) -> Result<Object, Refusal> {
    let missing = |field| Refusal::ConnectorIncomplete { connector_id: id.to_owned(), field };
    let index_name = connector.index_name().ok_or_else(|| missing("index_name"))?;
    let index_name = match job_type {
        SyncJobType::AccessControl => format!("{ACCESS_CONTROL_INDEX_PREFIX}{index_name}"),
        SyncJobType::Full | SyncJobType::Incremental => index_name,
    };
    connector.service_type().ok_or_else(|| missing("service_type"))?;

    let source = connector.document();
    let mut copy = Object::default();
    copy.set(CONNECTOR_ID, &id.to_owned());
    if let Some(rules) = connector.active_filtering() {
        copy.set_raw("filtering", rules);
    }
    copy.set(crate::connector::INDEX_NAME, &index_name);
    for name in ["language", "pipeline", "service_type", "configuration"] {
        copy.copy_from(source, name);
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(connector: &str, body: &str) -> Result<String, Refusal> {
        let now = Timestamp::parse("2026-01-02T03:04:05.000Z").unwrap();
        let connector = Connector::from(Document::parse(connector).unwrap());
        let new: NewSyncJob = serde_json::from_str(body).unwrap();
        new.decide(&connector, now).map(|job| job.document.to_json())
    }

    #[test]
    fn copies_the_connector_with_its_active_rules() {
        let connector = r#"{"index_name":"i","service_type":"s","configuration":{"n":{"value":1.10}},
            "filtering":[{"active":{"rules":[1e400]},"draft":{"rules":[]}}],"pipeline":null,"unknown":1}"#;
        assert_eq!(
            decide(connector, r#"{"id":"c"}"#).unwrap(),
            r#"{"connector":{"id":"c","filtering":{"rules":[1e400]},"index_name":"i","service_type":"s","configuration":{"n":{"value":1.10}}},"created_at":"2026-01-02T03:04:05.000Z","deleted_document_count":0,"indexed_document_count":0,"indexed_document_volume":0,"job_type":"full","last_seen":"2026-01-02T03:04:05.000Z","metadata":{},"status":"pending","total_document_count":0,"trigger_method":"on_demand"}"#
        );
    }

    #[test]
    fn access_control_jobs_write_to_an_index_of_their_own() {
        let job = decide(
            r#"{"index_name":"i","service_type":"s"}"#,
            r#"{"id":"c","job_type":"access_control","trigger_method":"scheduled"}"#,
        )
        .unwrap();
        assert!(job.contains(r#""index_name":".search-acl-filter-i""#), "{job}");
        assert!(job.contains(r#""trigger_method":"scheduled""#), "{job}");
    }

    #[test]
    fn only_an_ended_job_is_retried() {
        let retry = |text: &str| SyncJob::from(Document::parse(text).unwrap()).retry("j");
        for status in ["completed", "canceled", "error"] {
            let ended = format!(
                r#"{{"status":"{status}","job_type":"incremental","trigger_method":"scheduled","connector":{{"id":"c"}}}}"#
            );
            let new = retry(&ended).unwrap();
            let expected = ("c", Some(SyncJobType::Incremental), Some(TriggerMethod::OnDemand));
            assert_eq!((&*new.id, new.job_type, new.trigger_method), expected);
        }
        for (text, status) in [
            (r#"{"status":"pending"}"#, "[pending]"),
            (r#"{"status":"canceling"}"#, "[canceling]"),
            (r#"{"status":["error"]}"#, r#"[["error"]]"#),
            ("{}", "[none]"),
        ] {
            let reason = retry(text).unwrap_err().to_string();
            assert!(reason.contains("[j]") && reason.contains(status), "{reason}");
        }
        let without = retry(r#"{"status":"error","connector":{"id":7}}"#);
        assert_eq!(without.unwrap_err(), Refusal::ConnectorNotFound("none".to_owned()));
    }

    #[test]
    fn needs_an_index_and_a_service_type() {
        for connector in ["{}", r#"{"service_type":"s"}"#, r#"{"service_type":"s","index_name":null}"#] {
            let reason = decide(connector, r#"{"id":"c"}"#).unwrap_err().to_string();
            assert!(reason.contains("[index_name]"), "{reason}");
        }
        let reason =
            decide(r#"{"index_name":"i","service_type":""}"#, r#"{"id":"c"}"#).unwrap_err().to_string();
        assert!(reason.contains("[service_type]"), "{reason}");
    }
}
