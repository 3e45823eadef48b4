//! The shapes of the bodies of answers.

use schemars::JsonSchema;
use serde::Serialize;
use tributary_domain::Count;

/// The answer to a new sync job or secret.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Created<'a> {
    /// The id that it was given.
    pub(crate) id: &'a str,
}

/// What became of a connector or a secret that was put.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PutResult {
    /// There was none under the id.
    Created,
    /// There was one, and it was changed.
    Updated,
}

/// The answer to a connector that was put.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Put<'a> {
    /// What became of it.
    pub(crate) result: PutResult,
    /// Its id.
    pub(crate) id: &'a str,
}

/// The answer to a secret that was put.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SecretPut {
    /// What became of it.
    pub(crate) result: PutResult,
}

/// A secret with its value. It has no `Debug`, so that nobody logs it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Secret<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// What is kept secret.
    pub(crate) value: &'a str,
}

/// The answer to the deletion of a secret.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Deleted {
    /// Always true.
    pub(crate) deleted: bool,
}

/// What became of a change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeResult {
    /// It was made.
    Updated,
    /// Everything was like that already.
    Noop,
}

/// The answer to a change.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Changed {
    /// What became of it.
    pub(crate) result: ChangeResult,
}

/// The answer to a change that may only be tried.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TriedOrChanged {
    /// What became of it, or would have.
    pub(crate) result: ChangeResult,
    /// Whether it was only tried; present with `dry_run` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dry_run: Option<bool>,
    /// What is probably wrong with the request; present with `dry_run` alone, in headers otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warnings: Option<Vec<String>>,
}

/// The answer to a deletion.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Acknowledged {
    /// Always true.
    pub(crate) acknowledged: bool,
}

/// The answer to a change of the sync jobs that match a query.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BulkAnswer {
    /// How many milliseconds it took.
    pub(crate) took: u64,
    /// Always false.
    pub(crate) timed_out: bool,
    /// Whether it was only tried; present with `dry_run` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dry_run: Option<bool>,
    /// How many jobs matched when the call began, `max_docs` at most.
    pub(crate) total: u64,
    /// How many were canceled or asked to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated: Option<u64>,
    /// How many were deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deleted: Option<u64>,
    /// How many new jobs were created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<u64>,
    /// How many batches they were read and written in.
    pub(crate) batches: u64,
    /// How many others changed at the same time, so that they were left as they are.
    pub(crate) version_conflicts: u64,
    /// How many there was nothing to do for.
    pub(crate) noops: u64,
    /// The first ten jobs that would be canceled, deleted or retried; present with `dry_run` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ids: Option<Vec<String>>,
    /// The jobs that could not be changed, the first hundred; and last, what ended the call, if anything did.
    pub(crate) failures: Vec<Failure>,
}

/// Why a job was not changed, or what ended the call.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Failure {
    /// The id of the job; absent if no single job was the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// The status that a request for this job alone would have been answered with.
    pub(crate) status: u16,
    /// The error.
    pub(crate) cause: Cause,
}

/// An error inside an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Cause {
    /// The type by which clients know it.
    #[serde(rename = "type")]
    pub(crate) error_type: &'static str,
    /// What is wrong.
    pub(crate) reason: String,
}

/// The answer of a list; made of documents that are not parsed, so it only describes.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "{T}List")]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct Page<T> {
    /// How many match, whatever the page.
    count: Count,
    /// Those of the page, in order.
    results: Vec<T>,
    /// With `cursor`: its value for the next page. Absent on the last page, and for lists by offset.
    next: Option<String>,
}

/// Who answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Information<'a> {
    /// The name of this instance.
    pub(crate) name: &'a str,
    /// The name of the cluster that it stands for.
    pub(crate) cluster_name: &'a str,
    /// The id of that cluster: there is none.
    pub(crate) cluster_uuid: &'static str,
    /// The version of the APIs.
    pub(crate) version: VersionInformation<'a>,
    /// What Elasticsearch says of itself, by which some clients know it.
    pub(crate) tagline: &'static str,
}

/// The version of Elasticsearch whose APIs are served.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VersionInformation<'a> {
    /// Its number.
    pub(crate) number: &'a str,
    /// The flavour that clients expect.
    pub(crate) build_flavor: &'static str,
    /// What really answers.
    pub(crate) build_type: &'static str,
    /// Which sources it was built from: not told.
    pub(crate) build_hash: &'static str,
    /// When it was built: not told.
    pub(crate) build_date: &'static str,
    /// Never: there are only releases.
    pub(crate) build_snapshot: bool,
    /// The version of Lucene: none is in here.
    pub(crate) lucene_version: &'static str,
    /// The oldest version whose clients understand the answers.
    pub(crate) minimum_wire_compatibility_version: String,
    /// The oldest version that documents may come from.
    pub(crate) minimum_index_compatibility_version: String,
}

/// How the service fares.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    pub(crate) status: &'static str,
}
