//! What a step works with: Tributary, the engine behind it, and the service; and what all steps do with them.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

use super::client::{Answer, Client};
use super::service::Service;
use super::waiting::wait;

/// The statuses of a sync job that has ended.
pub(crate) const ENDED: [&str; 3] = ["completed", "error", "canceled"];
/// What is shown of a job or connector that is not as it should be.
const SHOWN: [&str; 14] = [
    "status",
    "error",
    "trigger_method",
    "indexed_document_count",
    "deleted_document_count",
    "total_document_count",
    "started_at",
    "last_seen",
    "completed_at",
    "canceled_at",
    "worker_hostname",
    "last_sync_status",
    "last_sync_error",
    "sync_cursor",
];

/// All that a step has.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) tributary: Client,
    /// The engine itself, without Tributary in between.
    pub(crate) content: Client,
    pub(crate) service: Service,
    /// Where files for sources can be put.
    pub(crate) folder: PathBuf,
}

impl Session {
    /// A connector.
    pub(crate) fn connector(&self, id: &str) -> Result<Value> {
        self.tributary.get(&format!("/_connector/{id}"))
    }

    /// A sync job.
    pub(crate) fn job(&self, id: &str) -> Result<Value> {
        self.tributary.get(&format!("/_connector/_sync_job/{id}"))
    }

    /// Waits until a connector is as wanted.
    pub(crate) fn wait_for_connector(
        &self,
        id: &str,
        what: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let mut last = Value::Null;
        let outcome = wait(&format!("connector [{id}] {what}"), Duration::from_secs(45), || {
            last = self.connector(id)?;
            Ok(is_wanted(&last).then(|| last.clone()))
        });
        outcome.with_context(|| format!("it is {}", shown(&last)))
    }

    /// Waits until a job has one of these statuses.
    pub(crate) fn wait_for_job(&self, id: &str, statuses: &[&str], seconds: u64) -> Result<Value> {
        let mut last = Value::Null;
        let what = format!("sync job [{id}] is {}", statuses.join(" or "));
        let outcome = wait(&what, Duration::from_secs(seconds), || {
            last = self.job(id)?;
            Ok(has_status(&last, statuses).then(|| last.clone()))
        });
        outcome.with_context(|| format!("it is {}", shown(&last)))
    }

    /// Creates a connector, and waits until the service has filled in what there is to configure.
    pub(crate) fn create(&self, id: &str, body: &Value) -> Result<Value> {
        self.tributary.send("PUT", &format!("/_connector/{id}"), body)?;
        self.wait_for_connector(id, "has a configuration", |connector| {
            connector["configuration"].as_object().is_some_and(|fields| !fields.is_empty())
        })
    }

    /// Creates a connector, configures it, and waits until the service has reached its source.
    pub(crate) fn set_up(&self, id: &str, service_type: &str, values: &Value) -> Result<()> {
        let body = json!({"index_name": index_of(id), "service_type": service_type, "name": id});
        self.create(id, &body)?;
        self.configure(id, values)?;
        self.wait_for_connector(id, "is connected", |connector| connector["status"] == "connected")?;
        Ok(())
    }

    /// Sets values of a configuration.
    pub(crate) fn configure(&self, id: &str, values: &Value) -> Result<()> {
        let body = json!({"values": values});
        self.tributary.send("PUT", &format!("/_connector/{id}/_configuration"), &body).map(drop)
    }

    /// Asks for a sync; the answer, with its warnings.
    pub(crate) fn ask_for_sync(&self, id: &str, job_type: &str) -> Result<Answer> {
        let body = json!({"id": id, "job_type": job_type});
        let answer = self.tributary.ask("POST", "/_connector/_sync_job", &body)?;
        ensure!(answer.status < 300, "a sync job was answered {}: {}", answer.status, answer.body);
        Ok(answer)
    }

    /// Asks for a sync, and returns the id of its job.
    pub(crate) fn sync(&self, id: &str, job_type: &str) -> Result<String> {
        let answer = self.ask_for_sync(id, job_type)?;
        answer.body["id"].as_str().map(str::to_owned).context("a created job has an id")
    }

    /// Asks for a sync, and waits until it has ended.
    pub(crate) fn sync_to_its_end(&self, id: &str, job_type: &str) -> Result<Value> {
        self.wait_for_job(&self.sync(id, job_type)?, &ENDED, 90)
    }

    /// Asks for a sync, and waits until the service has reported that it is at it: the job and its id.
    pub(crate) fn sync_under_way(&self, id: &str) -> Result<String> {
        let job = self.sync(id, "full")?;
        let claimed = self.wait_for_job(&job, &["in_progress"], 30)?;
        ensure!(claimed["worker_hostname"].is_string(), "who works at it is missing: {}", shown(&claimed));
        wait("the job is seen again", Duration::from_secs(30), || {
            let found = self.job(&job)?;
            let is_counted = found["indexed_document_count"].as_u64() > Some(0);
            Ok((found["last_seen"] != claimed["last_seen"] || is_counted).then_some(()))
        })?;
        Ok(job)
    }

    /// How many documents an index has, by the engine itself.
    pub(crate) fn documents(&self, index: &str) -> Result<u64> {
        self.content.send("POST", &format!("/{index}/_refresh"), &Value::Null)?;
        let answer = self.content.get(&format!("/{index}/_count"))?;
        answer["count"].as_u64().context("a count is a number")
    }

    /// Checks how many documents an index has.
    pub(crate) fn has_documents(&self, index: &str, wanted: u64) -> Result<()> {
        let found = self.documents(index)?;
        ensure!(found == wanted, "[{index}] has {found} documents instead of {wanted}");
        Ok(())
    }

    /// Waits until a connector has these fields; the service writes them after the end of a job.
    pub(crate) fn connector_becomes(&self, id: &str, wanted: &Value) -> Result<()> {
        let mut last = Value::Null;
        let outcome = wait(&format!("connector [{id}] has {wanted}"), Duration::from_secs(20), || {
            last = self.connector(id)?;
            Ok(agrees(&last, wanted).ok())
        });
        outcome.with_context(|| format!("it is {}", shown(&last)))
    }
}

/// The index of a connector of a step.
pub(crate) fn index_of(id: &str) -> String {
    format!("search-{id}")
}

/// Whether a job has one of these statuses.
pub(crate) fn has_status(job: &Value, statuses: &[&str]) -> bool {
    statuses.iter().any(|status| job["status"] == *status)
}

/// Checks that an object has these fields.
pub(crate) fn agrees(found: &Value, wanted: &Value) -> Result<()> {
    for (name, value) in wanted.as_object().context("fields")? {
        if found[name] != *value {
            bail!("[{name}] is {} instead of {value}: {}", found[name], shown(found));
        }
    }
    Ok(())
}

/// Checks that a field has something.
pub(crate) fn has(found: &Value, names: &[&str]) -> Result<()> {
    for name in names {
        let is_there = found[name].as_str().map_or(!found[name].is_null(), |text| !text.is_empty());
        ensure!(is_there, "[{name}] is missing: {}", shown(found));
    }
    Ok(())
}

/// What is of interest of a job or connector.
pub(crate) fn shown(found: &Value) -> Value {
    let chosen = SHOWN.iter().filter(|name| !found[**name].is_null());
    Value::Object(chosen.map(|name| ((*name).to_owned(), found[*name].clone())).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let job = json!({"status": "error", "error": "", "indexed_document_count": 3});
        assert!(agrees(&job, &json!({"status": "error", "indexed_document_count": 3})).is_ok());
        let problem = agrees(&job, &json!({"status": "completed"})).unwrap_err().to_string();
        assert!(problem.starts_with(r#"[status] is "error" instead of "completed""#), "{problem}");
        assert!(has(&job, &["status", "indexed_document_count"]).is_ok());
        assert!(has(&job, &["error"]).is_err());
        assert!(has(&job, &["completed_at"]).is_err());
        assert!(has_status(&job, &ENDED));
    }
}
