//! The answer to a write of a document.

use schemars::JsonSchema;
use serde::Serialize;
use tributary_domain::Id;
use tributary_service::document::{DocumentVersion, Written};
use tributary_storage::{Outcome, Version};

use crate::control::{ControlIndex, Shards, number_of};

/// The answer to a write of a document.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WriteAnswer {
    #[serde(rename = "_index")]
    index: String,
    #[serde(rename = "_id")]
    id: String,
    /// It only grows.
    #[serde(rename = "_version")]
    version: u64,
    /// What happened: `created`, `updated`, `noop`, `deleted` or `not_found`.
    result: &'static str,
    #[serde(rename = "_shards")]
    shards: Shards,
    #[serde(rename = "_seq_no")]
    sequence: u64,
    #[serde(rename = "_primary_term")]
    term: u64,
}

impl WriteAnswer {
    pub(super) const EXAMPLE: &'static str = r#"{
  "_index": ".elastic-connectors-sync-jobs-v1",
  "_id": "019b0bed-cb8b-7682-8d94-3d1b17bbb103",
  "_version": 8,
  "result": "updated",
  "_shards": {"total": 1, "successful": 1, "failed": 0},
  "_seq_no": 7,
  "_primary_term": 1
}"#;

    pub(super) fn written(index: ControlIndex, id: &Id, written: &Written) -> Self {
        let result = match written.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Noop => "noop",
        };
        Self::of(index, id, result, Some(written.version))
    }

    pub(super) fn deleted(index: ControlIndex, id: &Id, version: Option<Version>) -> Self {
        Self::of(index, id, if version.is_some() { "deleted" } else { "not_found" }, version)
    }

    fn of(index: ControlIndex, id: &Id, result: &'static str, version: Option<Version>) -> Self {
        let version = version.map_or(DocumentVersion { sequence: 0, term: 1 }, DocumentVersion::from);
        Self {
            index: index.name(),
            id: id.to_string(),
            version: number_of(version),
            result,
            shards: Shards::WRITTEN,
            sequence: version.sequence,
            term: version.term,
        }
    }

    /// Its status as an answer of its own or as a part of a bulk request's.
    pub(super) fn status(&self) -> u16 {
        match self.result {
            "created" => 201,
            "not_found" => 404,
            _ => 200,
        }
    }
}
