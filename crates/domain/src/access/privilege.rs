//! Cluster privileges, and which of them include others.

/// A cluster privilege, named as in Elasticsearch.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumMessage,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Privilege {
    /// Reading information about the service.
    Monitor,
    /// Reading connectors and sync jobs, without the values of sensitive configuration fields.
    MonitorConnector,
    /// What a worker does: claiming sync jobs, checking in, reporting and ending them, and reading the values of
    /// sensitive configuration fields. Elasticsearch has no such privilege.
    WorkConnector,
    /// Creating, changing and deleting connectors and sync jobs.
    ManageConnector,
    /// Reading the secrets of connectors.
    ReadConnectorSecrets,
    /// Storing and deleting the secrets of connectors.
    WriteConnectorSecrets,
    /// Creating API keys, and reading and invalidating those that the caller created.
    ManageOwnApiKey,
    /// Creating API keys, and reading and invalidating all of them.
    ManageApiKey,
    /// Everything about security, which is the same as `manage_api_key` here.
    ManageSecurity,
    /// Everything but security.
    Manage,
    /// Everything.
    All,
}

impl Privilege {
    /// All of them.
    pub const EACH: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name, such as `manage_connector`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The privilege of this name, if it has an effect here.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// What it permits.
    #[must_use]
    pub fn description(self) -> &'static str {
        strum::EnumMessage::get_documentation(&self).unwrap_or_default()
    }

    /// The privileges that it includes, without itself.
    #[must_use]
    pub fn included(self) -> &'static [Self] {
        use Privilege::{
            All, Manage, ManageApiKey, ManageConnector, ManageOwnApiKey, ManageSecurity, Monitor,
            MonitorConnector, ReadConnectorSecrets, WorkConnector, WriteConnectorSecrets,
        };
        match self {
            Monitor | MonitorConnector | ReadConnectorSecrets | WriteConnectorSecrets | ManageOwnApiKey => {
                &[]
            }
            WorkConnector => &[MonitorConnector],
            ManageConnector => &[MonitorConnector, WorkConnector],
            ManageApiKey => &[ManageOwnApiKey],
            ManageSecurity => &[ManageApiKey, ManageOwnApiKey],
            Manage => &[Monitor, MonitorConnector, WorkConnector, ManageConnector],
            All => Self::EACH,
        }
    }

    /// Whether whoever has this privilege has the other one as well.
    #[must_use]
    pub fn includes(self, other: Self) -> bool {
        self == other || self.included().contains(&other)
    }

    /// Those that would do where this one is needed, the least powerful first.
    pub fn sufficient(self) -> impl Iterator<Item = Self> {
        Self::EACH.iter().copied().filter(move |privilege| privilege.includes(self))
    }

    /// Whether it can be limited to some connectors: it is about connectors and their sync jobs.
    #[must_use]
    pub const fn can_be_limited(self) -> bool {
        matches!(self, Self::MonitorConnector | Self::WorkConnector | Self::ManageConnector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_includes_a_privilege_includes_all_that_it_includes() {
        for privilege in Privilege::EACH {
            assert_eq!(Privilege::of_name(privilege.name()), Some(*privilege));
            for included in privilege.included() {
                for further in included.included() {
                    assert!(privilege.includes(*further), "{privilege:?} {included:?} {further:?}");
                }
            }
        }
        let sufficient: Vec<_> = Privilege::MonitorConnector.sufficient().map(Privilege::name).collect();
        assert_eq!(sufficient, ["monitor_connector", "work_connector", "manage_connector", "manage", "all"]);
        assert_eq!(Privilege::of_name("manage_ilm"), None);
    }
}
