//! Common steps of tests, through the API.

use crate::server::Server;

/// Creates connectors and jobs in a service.
#[derive(Debug, Clone, Copy)]
pub struct Scenario<'s>(pub &'s Server);

impl Scenario<'_> {
    /// A connector that can have jobs, writing to the index `search-ID`.
    pub fn connector(self, id: &str) {
        let body = format!(r#"{{"index_name":"search-{id}","service_type":"s3","name":"{id}"}}"#);
        let _ = self.0.put(&format!("/_connector/{id}"), &body).expect(201);
    }

    /// Creates a job and returns its id.
    pub fn job(self, connector: &str, job_type: &str) -> String {
        let body = format!(r#"{{"id":"{connector}","job_type":"{job_type}"}}"#);
        self.0.send("POST", "/_connector/_sync_job", &body).expect(201).id()
    }

    /// A successful change of a job, with an optional body.
    ///
    /// # Panics
    /// If the change is refused.
    pub fn change(self, job: &str, verb: &str, body: &str) {
        let answer = self.0.put(&format!("/_connector/_sync_job/{job}/{verb}"), body).expect(200);
        assert_eq!(answer.body, r#"{"result":"updated"}"#);
    }

    /// Claims a job for a worker.
    pub fn claim(self, job: &str, worker: &str) {
        self.change(job, "_claim", &format!(r#"{{"worker_hostname":"{worker}"}}"#));
    }

    /// The total number of stored documents: jobs, and connectors including deleted ones.
    pub fn stored(self) -> (usize, usize) {
        let jobs = self.0.list("/_connector/_sync_job?size=0").count;
        (jobs, self.0.list("/_connector?size=0&include_deleted=true").count)
    }
}
