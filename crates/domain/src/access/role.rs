//! Role descriptors, as Elasticsearch's API keys have them.

use std::fmt::Write as _;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wildmatch::WildMatch;

use super::{Privilege, Resource};
use crate::Warning;

/// The name of this application in `applications`.
pub const APPLICATION: &str = "tributary";

/// The roles of an API key by name.
pub type RoleDescriptors = IndexMap<String, RoleDescriptor>;

/// A role: what its owner may do. Everything that Elasticsearch accepts here is accepted and returned; what has no
/// meaning for this service has no effect.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoleDescriptor {
    /// Names of cluster privileges.
    pub cluster: Vec<String>,
    /// Privileges for content indices.
    #[serde(alias = "index")]
    pub indices: Vec<IndexPrivileges>,
    /// Privileges of applications. Those of the application `tributary` limit the cluster privileges of the role to
    /// connectors and service types.
    pub applications: Vec<ApplicationPrivileges>,
    /// Has no effect.
    pub run_as: Vec<String>,
    /// Anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// Has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transient_metadata: Option<Value>,
    /// What the role is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global: Option<Value>,
    /// Has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_indices: Option<Value>,
    /// Has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_cluster: Option<Value>,
    /// Has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Value>,
}

/// Privileges for content indices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexPrivileges {
    /// Names of indices; `*` stands for any text.
    #[serde(deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub names: Vec<String>,
    /// Names of index privileges, such as `read`.
    #[serde(deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub privileges: Vec<String>,
    /// Makes the privileges unusable here: fields cannot be hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_security: Option<Value>,
    /// Makes the privileges unusable here: documents cannot be hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<Value>,
    /// Has no effect: indices of the system are never passed on.
    #[serde(default)]
    pub allow_restricted_indices: bool,
}

/// Privileges of an application.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationPrivileges {
    /// The name of the application.
    pub application: String,
    /// `*`, or names of cluster privileges that the entry is about.
    #[serde(default)]
    pub privileges: Vec<String>,
    /// `connector:` or `service_type:` with a pattern, or `*`.
    #[serde(default)]
    pub resources: Vec<String>,
}

/// One text or a list of them, as Elasticsearch accepts for names.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a string or a list of strings")]
#[schemars(inline)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(text) => vec![text],
        OneOrMore::More(texts) => texts,
    })
}

impl ApplicationPrivileges {
    fn is_ours(&self) -> bool {
        WildMatch::new(&self.application).matches(APPLICATION)
    }

    /// Whether the entry is about a privilege.
    fn names(&self, privilege: Privilege) -> bool {
        let is_named = |name: &String| {
            name == "*" || Privilege::of_name(name).is_some_and(|named| named.includes(privilege))
        };
        self.privileges.iter().any(is_named)
    }

    fn is_everything(&self) -> bool {
        self.privileges.iter().any(|name| name == "*") && self.resources.iter().any(|name| name == "*")
    }
}

impl RoleDescriptor {
    /// A role with these cluster privileges, limited to resources unless there are none.
    #[must_use]
    pub fn of(privileges: &[Privilege], resources: &[String]) -> Self {
        let cluster = privileges.iter().map(|privilege| privilege.name().to_owned()).collect();
        let limit = || ApplicationPrivileges {
            application: APPLICATION.to_owned(),
            privileges: vec!["*".to_owned()],
            resources: resources.to_vec(),
        };
        let applications = if resources.is_empty() { Vec::new() } else { vec![limit()] };
        Self { cluster, applications, ..Self::default() }
    }

    /// The connectors for which the role has a privilege: `None` if it does not have it, and
    /// [`Resource::Any`] where it is not limited.
    ///
    /// A role is limited if it has `applications` of `tributary`. It then has only those of its privileges that can be
    /// limited, each for the resources of the entries that name it, and beside them `monitor` and `manage_own_api_key`.
    #[must_use]
    pub fn resources(&self, privilege: Privilege) -> Option<Vec<Resource>> {
        let has = |name: &String| Privilege::of_name(name).is_some_and(|own| own.includes(privilege));
        if !self.cluster.iter().any(has) {
            return None;
        }
        if !self.is_limited() {
            return Some(vec![Resource::Any]);
        }
        if matches!(privilege, Privilege::Monitor | Privilege::ManageOwnApiKey) {
            return Some(vec![Resource::Any]);
        }
        if !privilege.can_be_limited() {
            return None;
        }
        let entries = self.limits().filter(|entry| entry.names(privilege));
        let resources: Vec<Resource> = entries
            .flat_map(|entry| entry.resources.iter().filter_map(|text| Resource::parse(text)))
            .collect();
        Some(resources).filter(|resources| !resources.is_empty())
    }

    /// Whether the role is limited to some connectors.
    fn is_limited(&self) -> bool {
        self.limits().next().is_some() && !self.limits().any(ApplicationPrivileges::is_everything)
    }

    fn limits(&self) -> impl Iterator<Item = &ApplicationPrivileges> {
        self.applications.iter().filter(|entry| entry.is_ours())
    }

    /// What is accepted and has no effect, or another one than it seems to have.
    #[must_use]
    pub fn warnings(&self, name: &str) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |place: &str, advice: String| {
            warnings.push(Warning::new(format!("role_descriptors.{name}.{place}"), advice));
        };
        for unknown in
            self.cluster.iter().filter(|name| Privilege::of_name(name).is_none() && *name != "none")
        {
            warn("cluster", format!("has [{unknown}], which grants nothing in this service"));
        }
        for entry in self.limits() {
            for unknown in entry.resources.iter().filter(|text| Resource::parse(text).is_none()) {
                let mut advice = format!("has [{unknown}], which is nothing: ");
                let _ = write!(advice, "resources are [connector:PATTERN], [service_type:PATTERN] or [*]");
                warn("applications", advice);
            }
        }
        if self.is_limited() {
            let own = self.cluster.iter().filter_map(|name| Privilege::of_name(name));
            for lost in own.filter(|privilege| {
                self.resources(*privilege).is_none()
                    && *privilege != Privilege::All
                    && *privilege != Privilege::Manage
            }) {
                let lost = lost.name();
                warn(
                    "cluster",
                    format!(
                        "has [{lost}], which the applications of the role do not limit but remove; put it in another role"
                    ),
                );
            }
        }
        if !self.run_as.is_empty() {
            warn("run_as", "has no effect in this service".to_owned());
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(text: Value) -> RoleDescriptor {
        serde_json::from_value(text).unwrap()
    }

    fn resources(role: &RoleDescriptor, privilege: Privilege) -> Option<String> {
        let resources = role.resources(privilege)?;
        Some(resources.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_role_has_what_its_privileges_include() {
        let plain = role(json!({"cluster": ["work_connector", "manage_ilm"]}));
        assert_eq!(resources(&plain, Privilege::WorkConnector).as_deref(), Some("*"));
        assert_eq!(resources(&plain, Privilege::MonitorConnector).as_deref(), Some("*"));
        assert_eq!(resources(&plain, Privilege::ManageConnector), None);
        let warnings = plain.warnings("r");
        assert!(matches!(&warnings[..], [one] if one.to_string().contains("manage_ilm")), "{warnings:?}");
    }

    #[test]
    fn applications_limit_and_never_grant() {
        let of_wiki = |cluster: &[&str], privileges: &[&str]| {
            role(json!({"cluster": cluster, "applications": [
                {"application": "tributary", "privileges": privileges, "resources": ["connector:wiki-*", "x"]},
                {"application": "kibana", "privileges": ["*"], "resources": ["*"]},
            ]}))
        };
        let worker = of_wiki(&["work_connector", "monitor", "read_connector_secrets"], &["*"]);
        assert_eq!(resources(&worker, Privilege::WorkConnector).as_deref(), Some("connector:wiki-*"));
        assert_eq!(resources(&worker, Privilege::MonitorConnector).as_deref(), Some("connector:wiki-*"));
        assert_eq!(resources(&worker, Privilege::Monitor).as_deref(), Some("*"));
        assert_eq!(resources(&worker, Privilege::ReadConnectorSecrets), None);
        let warnings = worker.warnings("r").iter().map(ToString::to_string).collect::<String>();
        assert!(warnings.contains("[x]") && warnings.contains("[read_connector_secrets]"), "{warnings}");

        let part = of_wiki(&["manage_connector"], &["work_connector"]);
        assert_eq!(resources(&part, Privilege::WorkConnector).as_deref(), Some("connector:wiki-*"));
        assert_eq!(resources(&part, Privilege::ManageConnector), None);
        let nothing = of_wiki(&[], &["work_connector"]);
        assert_eq!(resources(&nothing, Privilege::WorkConnector), None);

        let everything = of_wiki(&["all"], &["*"]);
        assert_eq!(resources(&everything, Privilege::ManageConnector).as_deref(), Some("connector:wiki-*"));
        assert_eq!(resources(&everything, Privilege::ManageApiKey), None);
    }

    #[test]
    fn a_role_that_is_limited_to_everything_is_not_limited() {
        let all = role(json!({"cluster": ["all"], "indices": [{"names": "*", "privileges": ["all"]}],
            "applications": [{"application": "*", "privileges": ["*"], "resources": ["*"]}]}));
        assert_eq!(resources(&all, Privilege::ReadConnectorSecrets).as_deref(), Some("*"));
        assert_eq!(all.indices[0].names, ["*"]);
        assert!(all.warnings("r").is_empty());
        assert!(serde_json::from_value::<RoleDescriptor>(json!({"clusters": []})).is_err());
    }
}
