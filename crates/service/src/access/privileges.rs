//! Whether somebody has privileges.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use tributary_domain::{APPLICATION, ApplicationPrivileges, Grants, IndexPrivileges, Privilege, Resource};

/// The privileges that somebody asks about.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeCheck {
    /// Names of cluster privileges.
    #[serde(default)]
    pub cluster: Vec<String>,
    /// Privileges for indices.
    #[serde(default)]
    pub index: Vec<IndexPrivileges>,
    /// Privileges of applications.
    #[serde(default)]
    pub application: Vec<ApplicationPrivileges>,
}

/// Names of privileges, and whether somebody has them.
pub type HeldPrivileges = BTreeMap<String, bool>;

/// Which of the privileges a caller has.
#[derive(Debug, Default)]
pub struct PrivilegeReport {
    /// The cluster privileges.
    pub cluster: HeldPrivileges,
    /// By index.
    pub index: BTreeMap<String, HeldPrivileges>,
    /// By application and resource.
    pub application: BTreeMap<String, BTreeMap<String, HeldPrivileges>>,
}

impl PrivilegeReport {
    /// Whether it has all of them.
    #[must_use]
    pub fn has_all(&self) -> bool {
        let resources = self.application.values().flat_map(BTreeMap::values);
        let all = [&self.cluster].into_iter().chain(self.index.values()).chain(resources);
        all.flat_map(BTreeMap::values).all(|has| *has)
    }
}

/// Which of the privileges somebody with these grants has: `security.has_privileges`. A cluster privilege counts only
/// where it is not limited to some connectors; one of the application `tributary` counts for the connectors of its
/// resource.
#[must_use]
pub fn has_privileges(grants: &Grants, check: &PrivilegeCheck) -> PrivilegeReport {
    let scope = |name: &str| Privilege::of_name(name).and_then(|privilege| grants.scope(privilege));
    let has_cluster =
        |name: &str| grants.is_everything() || scope(name).is_some_and(|scope| scope.is_everything());
    let covers = |application: &str, resource: &str, name: &str| {
        let resource = Resource::parse(resource).filter(|_| application == APPLICATION);
        grants.is_everything()
            || resource.zip(scope(name)).is_some_and(|(resource, scope)| scope.covers(&resource))
    };
    let mut report = PrivilegeReport { cluster: held(&check.cluster, has_cluster), ..Default::default() };
    for entry in &check.index {
        for index in &entry.names {
            let has = held(&entry.privileges, |name| grants.has_index_privilege(&[name], index));
            report.index.entry(index.clone()).or_default().extend(has);
        }
    }
    for entry in &check.application {
        let resources = report.application.entry(entry.application.clone()).or_default();
        for resource in &entry.resources {
            let has = held(&entry.privileges, |name| covers(&entry.application, resource, name));
            resources.entry(resource.clone()).or_default().extend(has);
        }
    }
    report
}

fn held(names: &[String], has: impl Fn(&str) -> bool) -> HeldPrivileges {
    names.iter().map(|name| (name.clone(), has(name))).collect()
}
