//! The steps: what is asked of the service, and what has to come of it.

mod crowds;
mod endings;
mod interruptions;
mod permissions;
mod pipelines;
mod sources;
mod syncs;

use anyhow::Result;

use super::session::Session;

/// A step.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it shows.
    pub(crate) about: &'static str,
    /// The service type of its connector, which has its name as its id, if the service is told of it.
    pub(crate) service_type: Option<&'static str>,
    /// Does it.
    pub(crate) run: fn(&mut Session) -> Result<()>,
}

/// All, in their order. Each has connectors and indices of its own, so that it can be chosen alone.
pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "full",
        service_type: Some("dir"),
        about: "a folder is synced; a file that is gone is removed from the index",
        run: syncs::full,
    },
    Step {
        name: "scheduled",
        service_type: Some("scripted"),
        about: "a job comes of a schedule",
        run: syncs::scheduled,
    },
    Step {
        name: "incremental",
        service_type: Some("scripted"),
        about: "a job goes on from the cursor of the one before",
        run: syncs::incremental,
    },
    Step {
        name: "rules",
        service_type: Some("dir"),
        about: "a rule is validated, activated and obeyed",
        run: syncs::rules,
    },
    Step {
        name: "cancel",
        service_type: Some("scripted"),
        about: "a running and a pending job are canceled",
        run: endings::cancel,
    },
    Step {
        name: "fail",
        service_type: Some("scripted"),
        about: "a job fails with its source, and the next one does not",
        run: endings::fail,
    },
    Step {
        name: "suspend",
        service_type: Some("scripted"),
        about: "a stopped service suspends its job, and goes on with it",
        run: interruptions::suspend,
    },
    Step {
        name: "kill",
        service_type: Some("scripted"),
        about: "the job of a killed service is found idle",
        run: interruptions::kill,
    },
    Step {
        name: "orphan",
        service_type: Some("scripted"),
        about: "a connector is deleted under its running job",
        run: interruptions::orphan,
    },
    Step {
        name: "race",
        service_type: Some("scripted"),
        about: "of two services one gets each job",
        run: crowds::race,
    },
    Step {
        name: "lag",
        service_type: Some("scripted"),
        about: "lists have an ended job within 100 milliseconds",
        run: crowds::lag,
    },
    Step {
        name: "native",
        service_type: None,
        about: "a connector that only its service type says to serve",
        run: sources::native,
    },
    Step {
        name: "pg",
        service_type: Some("postgresql"),
        about: "PostgreSQL is synced: 300 and 17 rows, then fewer",
        run: sources::postgresql,
    },
    Step {
        name: "github",
        service_type: Some("github"),
        about: "a configuration with conditions and lists is filled in",
        run: sources::github,
    },
    Step {
        name: "license",
        service_type: Some("permitted"),
        about: "what a source with permissions does at the license [basic]",
        run: permissions::license,
    },
    Step {
        name: "nopipeline",
        service_type: Some("scripted"),
        about: "what is lost without an ingest pipeline is not called complete",
        run: pipelines::missing,
    },
];
